//! Some of the pages of a TIFF.

use bytes::Bytes;

use super::super::super::{Budget, File};
use super::{Page, Tiff, Writer};
use crate::error::{Error, code};
use crate::sizes::wide;

/// The TIFF with these of its pages, in this order and as often as they are named: everything that
/// belongs to them is copied as it is, whatever its compression, and nothing of the others.
pub(crate) fn tiff_pages(file: &File, order: &[usize], budget: &Budget) -> Result<Bytes, Error> {
    let tiff = Tiff::open(file)?;
    let chain = tiff.offsets(budget)?;
    let pages = wide(order.len());
    budget.pages(pages)?;
    let mut writer = Writer::new(tiff.layout, pages);
    for index in order {
        let offset = chain.pages.get(*index).ok_or_else(|| {
            let count = chain.pages.len();
            let message = format!("There is no page {index}: the file has {count}");
            Error::new(code::DOCUMENT_PAGE_OUT_OF_RANGE, message)
        })?;
        writer.add(&Page::Same(&tiff, *offset), budget)?;
    }
    Ok(writer.finish().into())
}
