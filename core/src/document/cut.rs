//! The files that a split or crop result names.

use std::collections::BTreeMap;

use super::image::{self, Picture};
use super::pdf::Pages;
use super::pdf::render::{whole, with_canvas};
use super::shrink::renamed;
use super::wanted::{Crop, Range, Wanted, item};
use super::{Budget, Document, File, inspect, keep_pages};
use crate::error::{Error, code};
use crate::sizes::{index, wide};

/// How crops are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOptions {
    /// The quality of the JPEGs, 1 to 100.
    pub quality: u8,
    /// Of pages of a PDF: dots per inch. A page that is a scan is taken at the scan's own
    /// resolution where that is higher.
    pub dpi: u32,
}

impl Default for CutOptions {
    fn default() -> Self {
        Self {
            quality: 85,
            dpi: 200,
        }
    }
}

/// Cuts a file as a split or crop result of Mindee says, given as JSON: a document for each page
/// range, or a JPEG for each crop, in the result's order. The file must be the one that the result
/// was made from.
pub fn cut(
    file: &File,
    result: &[u8],
    options: &CutOptions,
    budget: &Budget,
) -> Result<Vec<Document>, Error> {
    let wanted = Wanted::read(result, budget)?;
    let about = inspect(file, budget)?;
    let cutter = Cutter {
        file,
        media_type: about.media_type,
        options,
        budget,
    };
    let pages = about.pages.ok_or_else(|| {
        Error::new(
            code::DOCUMENT_ENCRYPTED,
            "The file's pages cannot be counted without its password",
        )
    })?;
    match wanted {
        Wanted::Ranges(ranges) => cutter.ranges(&ranges, pages),
        Wanted::Crops(crops) => cutter.crops(&crops, pages),
    }
}

struct Cutter<'a> {
    file: &'a File,
    media_type: &'static str,
    options: &'a CutOptions,
    budget: &'a Budget,
}

impl Cutter<'_> {
    fn ranges(&self, ranges: &[Range], pages: u64) -> Result<Vec<Document>, Error> {
        let digits = digits(pages);
        let mut documents = Vec::new();
        let mut all: u64 = 0;
        for (index, range) in ranges.iter().enumerate() {
            if range.last >= pages {
                return Err(item("split", index, beyond(range.last, pages)));
            }
            // Ranges that overlap may ask for more than there is.
            all = all
                .saturating_add(range.last - range.first)
                .saturating_add(1);
            self.budget.pages(all)?;
            let mut document = self.range(*range)?;
            let (first, last) = (range.first + 1, range.last + 1);
            let name = format!("_pages-{first:0digits$}-{last:0digits$}");
            document.filename = self.named(&name, document.media_type);
            documents.push(document);
        }
        Ok(documents)
    }

    fn range(&self, range: Range) -> Result<Document, Error> {
        if !matches!(self.media_type, "application/pdf" | "image/tiff") {
            // A picture is one page.
            let (filename, content) = (String::new(), self.file.whole()?);
            return Ok(Document {
                filename,
                media_type: self.media_type,
                content,
            });
        }
        let pages: Vec<i64> = (range.first..=range.last)
            .filter_map(|page| i64::try_from(page).ok())
            .collect();
        keep_pages(self.file, &pages, 0, self.budget)
    }

    fn crops(&self, crops: &[Crop], pages: u64) -> Result<Vec<Document>, Error> {
        let mut by_page: BTreeMap<u64, Vec<(usize, Crop)>> = BTreeMap::new();
        for (index, crop) in crops.iter().enumerate() {
            if crop.page >= pages {
                return Err(item("crop", index, beyond(crop.page, pages)));
            }
            by_page.entry(crop.page).or_default().push((index, *crop));
        }
        let digits = digits(pages);
        let mut made = if self.media_type == "application/pdf" {
            self.of_pdf(&by_page, digits)?
        } else {
            self.of_pictures(&by_page, digits)?
        };
        made.sort_by_key(|(index, _)| *index);
        Ok(made.into_iter().map(|(_, document)| document).collect())
    }

    fn of_pictures(
        &self,
        by_page: &Places,
        digits: usize,
    ) -> Result<Vec<(usize, Document)>, Error> {
        let content = self.file.whole()?;
        let mut made = Vec::new();
        for (page, crops) in by_page {
            let picture = image::decode(&content, self.media_type, *page, self.budget)?;
            self.page(&picture, *page, crops, digits, &mut made)?;
        }
        Ok(made)
    }

    fn of_pdf(&self, by_page: &Places, digits: usize) -> Result<Vec<(usize, Document)>, Error> {
        let pages: Vec<usize> = by_page.keys().copied().map(index).collect();
        if pages.is_empty() {
            return Ok(Vec::new());
        }
        let only = Pages::of(self.file, self.budget)?.keep(&pages)?;
        with_canvas(&only.into(), self.budget, |canvas| {
            let mut made = Vec::new();
            for (index, (page, crops)) in by_page.iter().enumerate() {
                let picture = canvas.draw(index, self.options.dpi)?;
                self.page(&picture, *page, crops, digits, &mut made)?;
            }
            Ok(made)
        })
    }

    /// Every crop of one page, which was decoded once.
    fn page(
        &self,
        picture: &Picture,
        page: u64,
        crops: &[(usize, Crop)],
        digits: usize,
        made: &mut Vec<(usize, Document)>,
    ) -> Result<(), Error> {
        for (number, (index, crop)) in crops.iter().enumerate() {
            self.budget.time()?;
            let (left, width) = span(crop.left, crop.right, picture.width());
            let (top, height) = span(crop.top, crop.bottom, picture.height());
            let jpeg = picture
                .crop(left, top, width, height)?
                .to_jpeg(self.options.quality)?;
            self.budget.inflated(wide(jpeg.len()))?;
            let name = format!("_page-{:0digits$}-item-{:03}", page + 1, number + 1);
            let filename = self.named(&name, "image/jpeg");
            made.push((
                *index,
                Document {
                    filename,
                    media_type: "image/jpeg",
                    content: jpeg.into(),
                },
            ));
        }
        Ok(())
    }

    /// The file's own name with this behind its stem, and the extension of its type now.
    fn named(&self, part: &str, media_type: &str) -> String {
        let name = renamed(self.file.filename(), media_type);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        format!("{stem}{part}.{extension}")
    }
}

type Places = BTreeMap<u64, Vec<(usize, Crop)>>;

/// The pixels that a part of a side touches: where they begin, and how many.
fn span(from: f64, to: f64, side: u32) -> (u32, u32) {
    let at = |place: f64| u32::try_from(whole(place)).unwrap_or(side).min(side);
    let first = at((from * f64::from(side)).floor()).min(side.saturating_sub(1));
    let end = at((to * f64::from(side)).ceil());
    (first, end.saturating_sub(first).max(1))
}

/// As many digits as all pages need, so that names sort.
fn digits(pages: u64) -> usize {
    pages.to_string().len().max(3)
}

fn beyond(page: u64, pages: u64) -> String {
    format!("it is on page {page} (from 0), and the file has {pages}")
}
