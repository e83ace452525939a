//! The latency distribution as a picture: percentiles across, stretched towards the tail, latency up, both logarithmic.

use hdrhistogram::Histogram;
use std::fmt::Write;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 540.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 32.0;
const TOP: f64 = 72.0;
const BOTTOM: f64 = 84.0;

/// Colours that stay apart for colour-blind readers and in grey.
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#8c6d31"];
/// Percentiles with a line and a label.
const PERCENTILES: [(f64, &str); 7] = [
    (0.0, "0 %"),
    (0.5, "50 %"),
    (0.9, "90 %"),
    (0.99, "99 %"),
    (0.999, "99.9 %"),
    (0.9999, "99.99 %"),
    (0.99999, "99.999 %"),
];

/// One line of the picture.
pub struct Series<'a> {
    /// Shown in the legend.
    pub name: &'a str,
    /// Latencies in nanoseconds.
    pub histogram: &'a Histogram<u64>,
}

/// Draws all series in one picture.
pub fn latency_by_percentile(title: &str, series: &[Series<'_>]) -> String {
    let scale = Scale::of(series);
    let mut svg = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="{LEFT}" y="30" font-size="18" font-weight="600" fill="#222222">{}</text>
"##,
        escape(title)
    );
    grid(&mut svg, &scale);
    for (at, one) in series.iter().enumerate() {
        line(&mut svg, &scale, one, COLOURS[at % COLOURS.len()], at >= COLOURS.len());
    }
    legend(&mut svg, series);
    svg.push_str("</svg>\n");
    svg
}

/// From quantile and nanoseconds to points.
struct Scale {
    /// Decades of 1/(1-q) across.
    decades: f64,
    low_ns: f64,
    high_ns: f64,
}

impl Scale {
    fn of(series: &[Series<'_>]) -> Scale {
        let full = || series.iter().map(|one| one.histogram).filter(|histogram| !histogram.is_empty());
        let low = full().map(|histogram| histogram.min().max(100)).min().unwrap_or(1_000) as f64;
        let high = full().map(|histogram| histogram.max().max(100)).max().unwrap_or(1_000_000) as f64;
        let samples = full().map(Histogram::len).max().unwrap_or(0).max(100) as f64;
        let low_ns = 10f64.powf(low.log10().floor());
        let high_ns = 10f64.powf(high.log10().ceil()).max(low_ns * 10.0);
        Scale { decades: samples.log10().clamp(2.0, 6.0), low_ns, high_ns }
    }

    fn x(&self, quantile: f64) -> f64 {
        let decade = -(1.0 - quantile).max(10f64.powf(-self.decades)).log10();
        LEFT + decade / self.decades * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, ns: f64) -> f64 {
        let share = (ns.max(self.low_ns) / self.low_ns).log10() / (self.high_ns / self.low_ns).log10();
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }
}

fn grid(svg: &mut String, scale: &Scale) {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let mut decade = scale.low_ns;
    while decade <= scale.high_ns * 1.001 {
        for step in 1..10 {
            let ns = decade * f64::from(step);
            if ns > scale.high_ns * 1.001 {
                break;
            }
            let (y, colour) = (scale.y(ns), if step == 1 { "#c8c8c8" } else { "#efefef" });
            let _ = writeln!(svg, r#"<line x1="{LEFT}" y1="{y:.1}" x2="{right}" y2="{y:.1}" stroke="{colour}"/>"#);
        }
        let (x, y) = (LEFT - 8.0, scale.y(decade) + 4.5);
        let _ =
            writeln!(svg, r##"<text x="{x}" y="{y:.1}" text-anchor="end" fill="#444444">{}</text>"##, duration(decade));
        decade *= 10.0;
    }
    for (quantile, label) in PERCENTILES {
        if -(1.0 - quantile).log10() > scale.decades + 0.001 {
            continue;
        }
        let (x, under) = (scale.x(quantile), bottom + 20.0);
        let _ = writeln!(svg, r##"<line x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{bottom}" stroke="#c8c8c8"/>"##);
        let _ = writeln!(svg, r##"<text x="{x:.1}" y="{under}" text-anchor="middle" fill="#444444">{label}</text>"##);
    }
    let (middle, under) = ((LEFT + right) / 2.0, bottom + 42.0);
    let _ = writeln!(
        svg,
        r##"<text x="{middle}" y="{under}" text-anchor="middle" fill="#666666">share of requests answered within the time, from the intended send time</text>"##
    );
}

fn line(svg: &mut String, scale: &Scale, series: &Series<'_>, colour: &str, is_dashed: bool) {
    if series.histogram.is_empty() {
        return;
    }
    let mut points = String::new();
    let total = series.histogram.len() as f64;
    let (mut below, mut last_x) = (0u64, f64::MIN);
    for value in series.histogram.iter_recorded() {
        let ns = value.value_iterated_to() as f64;
        let (start, end) = (scale.x(below as f64 / total), scale.x((below + value.count_at_value()) as f64 / total));
        below += value.count_at_value();
        // More points than the picture can show only make the file large.
        if start - last_x >= 0.4 || below == series.histogram.len() {
            let _ = write!(points, "{start:.1},{:.1} ", scale.y(ns));
            last_x = start;
        }
        if end - start >= 0.4 {
            let _ = write!(points, "{end:.1},{:.1} ", scale.y(ns));
            last_x = end;
        }
    }
    let dash = if is_dashed { r#" stroke-dasharray="6 4""# } else { "" };
    let _ = writeln!(
        svg,
        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dash}/>"#,
        points.trim_end()
    );
}

fn legend(svg: &mut String, series: &[Series<'_>]) {
    let mut x = LEFT;
    let mut y = 54.0;
    for (at, one) in series.iter().enumerate() {
        let width = 44.0 + one.name.chars().count() as f64 * 7.4;
        if x + width > WIDTH - RIGHT && x > LEFT {
            (x, y) = (LEFT, y + 14.0);
        }
        let (end, text, baseline) = (x + 22.0, x + 28.0, y + 4.5);
        let colour = COLOURS[at % COLOURS.len()];
        let _ = writeln!(
            svg,
            r#"<line x1="{x}" y1="{y}" x2="{end}" y2="{y}" stroke="{colour}" stroke-width="3"/><text x="{text}" y="{baseline}" fill="{colour}">{}</text>"#,
            escape(one.name)
        );
        x += width;
    }
}

/// Nanoseconds as people say them.
pub fn duration(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{} µs", three_digits(ns / 1e3)),
        ns if ns < 1e9 => format!("{} ms", three_digits(ns / 1e6)),
        ns => format!("{} s", three_digits(ns / 1e9)),
    }
}

fn three_digits(value: f64) -> String {
    let places = match value {
        value if value >= 99.95 || value.fract().abs() < 1e-9 => 0,
        value if value >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}

/// Text that may stand in XML; control characters have no place there.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            character if character.is_control() => escaped.push('?'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::latency_histogram;

    /// Every tag that opens closes, in order; attributes are quoted; no bare ampersand.
    fn assert_well_formed(svg: &str) {
        let mut open = Vec::new();
        for piece in svg.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').expect("a tag ends");
            assert!(!text.contains('>'), "{text}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => assert_eq!(open.pop(), Some(name)),
                (false, true) => {}
                (false, false) => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
        for entity in svg.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|good| entity.starts_with(good)), "{entity}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn picture_is_well_formed_and_has_every_series() {
        let mut fast = latency_histogram();
        let mut slow = latency_histogram();
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..20_000 {
            fast.saturating_record(6_000 + rng.u64(0..4_000));
            slow.saturating_record(100_000 + rng.u64(0..30) * rng.u64(0..90_000));
        }
        let empty = latency_histogram();
        let series = [
            Series { name: "floor <1>", histogram: &fast },
            Series { name: "subject & co", histogram: &slow },
            Series { name: "empty", histogram: &empty },
        ];
        let svg = latency_by_percentile("A \"title\" \u{1}", &series);
        assert_well_formed(&svg);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains("99.99 %") && svg.contains("10 µs"));
        assert!(svg.len() < 100_000, "{} bytes", svg.len());
    }

    #[test]
    fn picture_of_nothing_is_still_a_picture() {
        assert_well_formed(&latency_by_percentile("nothing", &[]));
    }

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        let said: Vec<String> = [500.0, 7_200.0, 41_000.0, 184_300.0, 1.5e6, 2e9].into_iter().map(duration).collect();
        assert_eq!(said, ["500 ns", "7.20 µs", "41 µs", "184 µs", "1.50 ms", "2 s"]);
    }
}
