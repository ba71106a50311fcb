from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path
from rest_framework.routers import DefaultRouter, SimpleRouter

from clinic import views
from clinic.api import Notes, Reports, Studies

router = DefaultRouter()
router.register("studies", Studies, basename="study")
router.register(r"reports", Reports, basename="report")
plain = SimpleRouter(trailing_slash=False)
plain.register("notes", Notes, basename="note")

urlpatterns = [
    path("", views.index),
    path("upload/", login_required(views.upload)),
    path("wards/<slug:ward>/", views.Ward.as_view()),
    path("wards/new/", views.NewWard.as_view()),
    re_path(r"^archive/(?P<year>[0-9]{4})/(\d+)/$", views.archive),
    path("patients/", include("clinic.patients.urls")),
    path("ping/", include([path("now/", views.ping)])),
    path("api/", include(router.urls)),
]
urlpatterns += [path("plain/", include((plain.urls, "plain")))]
