"""An SBOM document as rows, and what is made of them: a tree, a comparison, other forms, a page. Pure."""
