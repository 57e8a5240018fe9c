"""Addresses of the forms and the receipt. None of them ever carries a person's data."""

from django.urls import path

from intake import receipt_views, views, wish_views
from intake.choices import WishKind

app_name = "intake"
urlpatterns = [
    path("callback/", views.callback, name="callback"),
    path("insurance/", views.insurance, name="insurance"),
    path("receipt/", receipt_views.receipt, name="receipt"),
    path("receipt/insurance/", views.add_insurance, name="add_insurance"),
    *(
        path(f"receipt/{kind}/", wish_views.wish, {"kind": kind}, name=kind.value)
        for kind in WishKind
    ),
]
