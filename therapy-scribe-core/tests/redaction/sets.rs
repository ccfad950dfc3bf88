//! The bars, on each set.

use crate::labelled::Figures;

#[test]
fn set_a() {
    show("a");
}

#[test]
fn set_b() {
    show("b");
}

fn show(set: &str) {
    let figures = Figures::of(set);
    for miss in &figures.misses {
        println!("MISS {miss}");
    }
    for other in &figures.others {
        println!("OTHER {other}");
    }
    for (kind, (hits, all)) in &figures.kinds {
        println!("{kind}: {hits} of {all}");
    }
    println!(
        "identifiers {:?} names {:?} keep {:?}",
        figures.sum(|k| k != "keep" && k != "name"),
        figures.sum(|k| k == "name"),
        figures.sum(|k| k == "keep")
    );
}
