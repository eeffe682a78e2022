"""The one web server: webhooks, health, pages. The app hands it its routes."""
