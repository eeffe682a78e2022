"""The four stages of DESIGN.md section 2; they meet only in the store."""
