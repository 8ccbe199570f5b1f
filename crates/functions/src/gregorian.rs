//! The proleptic Gregorian calendar: days since 1970-01-01 and back, for every language's times.

/// Days from 0000-03-01, where the count of leap days begins, to 1970-01-01.
const BEGIN: i64 = 719_468;
/// Days of 400 years.
const ERA: i64 = 146_097;

/// Year, month and day (from 1) of a number of days since 1970.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(BEGIN);
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let leaps = (of_era / 1460).saturating_sub(of_era / 36_524).saturating_add(of_era / 146_096);
    let year = of_era.saturating_sub(leaps) / 365;
    let of_year = of_era.saturating_sub(year.saturating_mul(365).saturating_add(year / 4).saturating_sub(year / 100));
    let shifted = of_year.saturating_mul(5).saturating_add(2) / 153;
    let day = of_year.saturating_sub(shifted.saturating_mul(153).saturating_add(2) / 5).saturating_add(1);
    let month = if shifted < 10 { shifted.saturating_add(3) } else { shifted.saturating_sub(9) };
    let year = year.saturating_add(era.saturating_mul(400)).saturating_add(i64::from(month <= 2));
    (year, month, day)
}

/// Days since 1970 of a date; months and days need not be in range.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let months = year.saturating_mul(12).saturating_add(month).saturating_sub(1);
    // Years that begin in March, so that the leap day is their last.
    let months = months.saturating_sub(2);
    let (year, shifted) = (months.div_euclid(12), months.rem_euclid(12));
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (shifted.saturating_mul(153).saturating_add(2) / 5).saturating_add(day).saturating_sub(1);
    let before = of_era.saturating_mul(365).saturating_add(of_era / 4).saturating_sub(of_era / 100);
    era.saturating_mul(ERA).saturating_add(before).saturating_add(of_year).saturating_sub(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::{date, days};

    #[test]
    fn days_and_dates_lead_to_each_other() {
        for day in (-800_000..3_000_000).step_by(17) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            assert!((1..=12).contains(&month) && (1..=31).contains(&of_month));
        }
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(19_782), (2024, 2, 29));
        assert_eq!(days(2023, 14, 29), 19_782);
        assert_eq!(days(1, 1, 1), -719_162);
    }
}
