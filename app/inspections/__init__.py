"""On-site inspections 现场检查: plan, notice, documents, work on site, opinion, rectification, closing."""
