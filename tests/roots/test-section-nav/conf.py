"""A documentation project with everything that toctrees can do."""

extensions = ["sphinx_section_nav"]
html_theme = "furo"
project = "Toolbox"
project_copyright = ""
templates_path = ["_templates"]
html_sidebars = {"**": ["sidebar/navigation.html", "context.html"]}  # shows the rest of the context
html_last_updated_fmt = None
