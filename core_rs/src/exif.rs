//! What the camera noted: when, with what, how, and which way up.

use exif::{Exif, Field, In, Reader, Tag, Value};

/// The notes of one picture; none, empty or 0 where the block does not say.
#[derive(Default)]
pub struct Notes {
    /// Unix seconds of the exposure; a time without an offset is taken for UTC.
    pub taken_at: Option<i64>,
    /// Make and model.
    pub camera: String,
    /// ISO, f-number, seconds of exposure, focal length in millimetres.
    pub numbers: [f64; 4],
    /// What else a person would search a picture by: its lens, who took it and what they wrote of it.
    pub said: Vec<String>,
    /// How the picture is to be turned or mirrored, 1 to 8 as EXIF counts; 0 where it is not said.
    pub way: u8,
}

impl Notes {
    /// Whether rows are shown as columns.
    pub fn turned(&self) -> bool {
        (5..=8).contains(&self.way)
    }
}

/// Read a TIFF structure; what cannot be read of it is as good as absent.
pub fn read(block: Vec<u8>) -> Notes {
    let read = Reader::new().continue_on_error(true).read_raw(block);
    let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| {})) else {
        return Notes::default();
    };
    let field = |tag: Tag| exif.get_field(tag, In::PRIMARY);
    Notes {
        taken_at: taken_at(&exif),
        camera: camera(&text(field(Tag::Make)), &text(field(Tag::Model))),
        numbers: [Tag::PhotographicSensitivity, Tag::FNumber, Tag::ExposureTime, Tag::FocalLength]
            .map(|tag| number(field(tag))),
        said: [Tag::LensMake, Tag::LensModel, Tag::Artist, Tag::Copyright, Tag::ImageDescription]
            .into_iter()
            .map(|tag| text(field(tag)))
            .filter(|said| !said.is_empty())
            .collect(),
        way: field(Tag::Orientation)
            .and_then(|field| u8::try_from(field.value.get_uint(0)?).ok())
            .filter(|way| (1..=8).contains(way))
            .unwrap_or(0),
    }
}

fn text(field: Option<&Field>) -> String {
    let Some(Value::Ascii(lines)) = field.map(|field| &field.value) else { return String::new() };
    let line = String::from_utf8_lossy(lines.first().map_or(&[][..], Vec::as_slice));
    let line = line.split('\0').next().unwrap_or_default().trim();
    line.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// Make and model without saying the make twice.
fn camera(make: &str, model: &str) -> String {
    let brand = make.split_whitespace().next().unwrap_or_default();
    if model.to_lowercase().starts_with(&brand.to_lowercase()) {
        return model.to_owned();
    }
    format!("{make} {model}").trim().to_owned()
}

fn number(field: Option<&Field>) -> f64 {
    let told = match field.map(|field| &field.value) {
        Some(Value::Rational(all)) => all.first().map(exif::Rational::to_f64),
        Some(Value::Float(all)) => all.first().copied().map(f64::from),
        Some(Value::Double(all)) => all.first().copied(),
        Some(value) => value.get_uint(0).map(f64::from),
        None => None,
    };
    told.filter(|told| told.is_finite() && *told >= 0.0).unwrap_or(0.0)
}

fn taken_at(exif: &Exif) -> Option<i64> {
    let pairs = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    ];
    pairs.into_iter().find_map(|(moment, offset)| {
        let moment = unix_seconds(&text(exif.get_field(moment, In::PRIMARY)))?;
        Some(moment - offset_seconds(&text(exif.get_field(offset, In::PRIMARY))).unwrap_or(0))
    })
}

/// "2019:05:01 12:00:00" as if it were UTC.
fn unix_seconds(told: &str) -> Option<i64> {
    let parts: Vec<i64> = told.split([':', ' ', '-', 'T']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [year, month, day, hour, minute, second] = *parts.as_slice() else { return None };
    let real = (1800..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !real || !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, by years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let in_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719_468
}

/// "+02:00" in seconds.
fn offset_seconds(told: &str) -> Option<i64> {
    let (hours, minutes) = told.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    match told.get(..1)? {
        "+" => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_unix_seconds() {
        assert_eq!(unix_seconds("1970:01:01 00:00:00"), Some(0));
        assert_eq!(unix_seconds("2019:05:01 12:00:00"), Some(1_556_712_000));
        assert_eq!(unix_seconds("2000:02:29 23:59:59"), Some(951_868_799));
        assert_eq!(unix_seconds("1969:12:31 23:59:59"), Some(-1));
        assert_eq!(unix_seconds("0000:00:00 00:00:00"), None);
        assert_eq!(unix_seconds("2019:05:01"), None);
    }

    #[test]
    fn offsets_are_told_in_hours_and_minutes() {
        assert_eq!(offset_seconds("+02:00"), Some(7200));
        assert_eq!(offset_seconds("-09:30"), Some(-34_200));
        assert_eq!(offset_seconds("   :  "), None);
    }

    #[test]
    fn a_make_is_not_said_twice() {
        assert_eq!(camera("Canon", "Canon EOS 5D"), "Canon EOS 5D");
        assert_eq!(camera("NIKON CORPORATION", "NIKON D90"), "NIKON D90");
        assert_eq!(camera("Apple", "iPhone 12"), "Apple iPhone 12");
        assert_eq!(camera("", ""), "");
    }
}
