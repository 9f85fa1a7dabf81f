"""The district's hub: receives, accepts, decides, and keeps in touch with every station."""
