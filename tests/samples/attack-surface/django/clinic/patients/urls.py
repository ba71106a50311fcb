from django.urls import path

from . import views

app_name = "patients"
urlpatterns = [
    path("", views.every),
    path("<int:pk>/", views.Patient.as_view()),
]
