"""Addresses of the public pages."""

from django.urls import path

from programs import guide_views, views

app_name = "programs"
urlpatterns = [
    path("", views.home, name="home"),
    # /programs/
    path("programs/", views.program_list, name="programs"),
    path("programs/compare/", views.compare, name="compare"),
    path("programs/<slug:slug>/", views.program, name="program"),
    # /articles/
    path("articles/", views.article_list, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("locations/<slug:slug>/", views.location, name="location"),
    path("find-your-level/", guide_views.find_your_level, name="guide"),
    path("search/", views.search, name="search"),
    path("help/", views.help_list, name="help"),
    # Last: help and legal texts stand at the root (/how-to-start/, /privacy/).
    path("<slug:slug>/", views.legal, name="legal"),
]
