//! Smaller PDFs: scans get the resolution that reading needs, and all else stays.
mod document_pdfs;
