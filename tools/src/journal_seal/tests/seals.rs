//! Forged, swapped and missing seals against a true journal.

use std::fs;

use super::super::{Key, PublicKey, check, generate};
use super::{FRIDAY, HOUR, MONDAY, SATURDAY, SUNDAY, World, midnight, of};

#[test]
fn every_flipped_byte_of_a_seal_names_its_day() {
    let world = World::sealed();
    let path = world.seal_file(SATURDAY);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for flip in [1, 0x20, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            fs::write(&path, &bytes).unwrap();
            let wrong = world.mismatches();
            assert!(wrong.iter().any(|words| words.starts_with(SATURDAY)), "byte {at} ^ {flip}: {wrong:?}");
        }
    }
    for cut in [&whole[..whole.len() - 1], &[&whole[..], b"\n"].concat(), b"", &[b'x'; 10_000]] {
        fs::write(&path, cut).unwrap();
        assert!(world.mismatches()[0].starts_with("2026-11-21: NOT A SEAL: "), "{:?}", world.mismatches());
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(world.mismatches(), Vec::<String>::new());
}

#[test]
fn swapped_seals_are_told_by_both_days() {
    let world = World::sealed();
    let (friday, saturday) = (world.seal_file(FRIDAY), world.seal_file(SATURDAY));
    let bytes = fs::read(&friday).unwrap();
    fs::rename(&saturday, &friday).unwrap();
    fs::write(&saturday, bytes).unwrap();
    assert_eq!(
        world.mismatches(),
        [
            "2026-11-20: SEAL OF ANOTHER DAY: the file holds the seal of 2026-11-21",
            "2026-11-21: SEAL OF ANOTHER DAY: the file holds the seal of 2026-11-20",
        ]
    );
}

#[test]
fn seals_by_another_key_are_told_on_every_day_and_not_sealed_upon() {
    let world = World::sealed();
    let (file, _) = generate(&world.folder.path().join("other")).unwrap();
    let other = PublicKey::load(&file).unwrap();
    let findings = check(&world.journal(), &world.seals(), other, None).unwrap();
    let wrong = super::words(&findings);
    for (words, day) in wrong.iter().zip([FRIDAY, SATURDAY, SUNDAY]) {
        assert_eq!(*words, format!("{day}: SEALED BY ANOTHER KEY: {}", world.public));
    }
    assert_eq!(wrong.len(), 3);

    let key = Key::load(&world.folder.path().join("other")).unwrap();
    let before = fs::read(world.seal_file(FRIDAY)).unwrap();
    let world = World { key, ..world };
    let refused = super::refusal(world.seal(midnight(MONDAY) + 30 * HOUR));
    assert!(refused.contains("SEALED BY ANOTHER KEY"), "{refused}");
    assert_eq!(fs::read(world.seal_file(FRIDAY)).unwrap(), before);
    assert!(!world.seal_file(MONDAY).exists());
}

#[test]
fn seal_whose_words_were_changed_and_signed_by_nobody_is_told() {
    let world = World::sealed();
    let path = world.seal_file(FRIDAY);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("first_time = \"2026-11-20T00:00:00Z\"", "first_time = \"2026-11-20T00:00:01Z\""))
        .unwrap();
    assert_eq!(world.mismatches(), ["2026-11-20: SIGNATURE WRONG: the seal is not what its key signed"]);
}

#[test]
fn missing_seal_is_told_in_the_middle_and_at_the_begin() {
    let world = World::sealed();
    let missing =
        |day, last| format!("{day}: SEAL MISSING: no seal through {last}, but the next one holds the root of one");
    fs::remove_file(world.seal_file(SATURDAY)).unwrap();
    assert_eq!(world.mismatches(), [missing(SATURDAY, SATURDAY)]);
    let refused = super::refusal(world.seal(midnight(MONDAY) + 30 * HOUR));
    assert!(refused.contains("SEAL MISSING"), "{refused}");
    fs::remove_file(world.seal_file(FRIDAY)).unwrap();
    assert_eq!(world.mismatches(), [missing(SATURDAY, SATURDAY)]);
    let day = check(&world.journal(), &world.seals(), world.public, Some(of(SUNDAY))).unwrap();
    assert_eq!(super::words(&day), [missing(SATURDAY, SATURDAY)]);
    fs::remove_file(world.seal_file(SUNDAY)).unwrap();
    let nothing = check(&world.journal(), &world.seals(), world.public, None).unwrap_err();
    assert!(nothing.to_string().starts_with("there is no seal in "), "{nothing}");
}

#[test]
fn seal_that_the_key_signed_in_another_chain_breaks_this_one() {
    let (world, other) = (World::sealed(), World::sealed());
    let other = World { key: Key::load(&world.folder.path().join("key")).unwrap(), ..other };
    fs::remove_dir_all(other.seals()).unwrap();
    other.seal(midnight(MONDAY)).unwrap();
    fs::copy(other.seal_file(SATURDAY), world.seal_file(SATURDAY)).unwrap();
    let wrong = world.mismatches();
    let broken = |day| format!("{day}: CHAIN BROKEN: the seal does not continue that of the day before");
    assert!(wrong.contains(&broken(SATURDAY)) && wrong.contains(&broken(SUNDAY)), "{wrong:?}");
    assert!(wrong.iter().any(|words| words.starts_with("2026-11-21: SEAL OF ANOTHER JOURNAL")), "{wrong:?}");
}

#[test]
fn keys_are_new_files_of_the_right_mode_and_never_shown() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let (public, _) = generate(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(generate(&path).unwrap_err().to_string().contains("a key is never replaced"));
    fs::remove_file(&public).unwrap();
    assert!(generate(&path).unwrap_err().to_string().contains("a key is never replaced"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert!(!public.exists());

    assert_eq!(format!("{:?}", Key::load(&path).unwrap()), "Key(secret)");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Key::load(&path).unwrap_err().to_string().contains("may be read by others (mode 640)"));

    let (public, _) = generate(&folder.path().join("second")).unwrap();
    fs::set_permissions(&public, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(Key::load(&public).unwrap_err().to_string().contains("is a public key"));
    assert!(PublicKey::load(&path).unwrap_err().to_string().contains("no ed25519 public key"));
}
