from flask import Blueprint

reports = Blueprint("reports", __name__, url_prefix="/reports")


@reports.route("/<report_id>.<any(pdf, csv):kind>")
def report(report_id, kind):
    return report_id
