//! A folder as the record.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use therapy_scribe_notes::{
    DirectorySink, Draft, EhrSink, Error, Later, NoteRecord, SignedNote, Source, Verifier,
};

use crate::review::{at, dap, roe, signer};

async fn signed() -> SignedNote {
    dap().await.sign(&signer(roe(), 7), at(5)).unwrap()
}

fn addendum(note: &SignedNote) -> Later {
    let addendum = note.addendum("CANARY slept better on Friday.", &signer(roe(), 7), at(9));
    Later::Addendum(addendum.unwrap())
}

/// Every file below with its content.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(file, bytes)| (format!("{name}/{file}"), bytes)),
            );
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[tokio::test]
async fn a_note_and_its_addendum_stand_beside_each_other_and_can_be_verified() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("ehr");
    let sink = DirectorySink::new(&root);
    assert!(!root.exists());
    let note = signed().await;
    let later = addendum(&note);
    sink.save(&note).await.unwrap();
    sink.append(&later).await.unwrap();
    let found = files(&root);
    let names: Vec<_> = found
        .keys()
        .map(|name| name.replace(note.id(), "NOTE").replace(later.id(), "ID"))
        .collect();
    let expected = [
        "NOTE/addendum-ID.json",
        "NOTE/addendum-ID.md",
        "NOTE/addendum-ID.sig",
        "NOTE/note.json",
        "NOTE/note.md",
        "NOTE/note.sig",
        "manifest.json",
    ];
    assert_eq!(names, expected);

    let verifier =
        Verifier::trusting([therapy_scribe_notes::Signer::public_key(&signer(roe(), 7))]);
    let file = |name: &str| found[&format!("{}/{name}", note.id())].clone();
    let opened = SignedNote::open(&file("note.json"), &verifier).unwrap();
    let mut record = NoteRecord::new(opened);
    record
        .add(Later::open(&file(&format!("addendum-{}.json", later.id())), &verifier).unwrap())
        .unwrap();
    assert!(
        record
            .to_markdown()
            .ends_with(&format!("\n#{}", later.to_markdown()))
    );
    assert_eq!(
        String::from_utf8(file("note.md")).unwrap(),
        note.to_markdown()
    );

    let manifest: Value = serde_json::from_slice(&found["manifest.json"]).unwrap();
    assert_eq!(manifest["files"].as_object().unwrap().len(), 6);
    for said in ["CANARY", "Slept badly", "Roe"] {
        assert!(!manifest.to_string().contains(said) && !names.concat().contains(said));
    }
}

#[tokio::test]
async fn saving_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let note = signed().await;
    let later = addendum(&note);
    let sink = DirectorySink::new(folder.path());
    sink.save(&note).await.unwrap();
    sink.append(&later).await.unwrap();
    let before = files(folder.path());
    for _ in 0..2 {
        let again = DirectorySink::new(folder.path());
        again.save(&note).await.unwrap();
        again.append(&later).await.unwrap();
    }
    assert_eq!(files(folder.path()), before);
}

#[tokio::test]
async fn what_a_killed_process_left_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let note = signed().await;
    let left = folder.path().join(format!(".{}.tmp", note.id()));
    fs::create_dir(&left).unwrap();
    fs::write(left.join("note.md"), "half").unwrap();
    fs::write(folder.path().join("manifest.json.tmp"), "{").unwrap();
    let sink = DirectorySink::new(folder.path());
    sink.save(&note).await.unwrap();
    assert_eq!(files(folder.path()).len(), 4);
    fs::remove_file(folder.path().join(note.id()).join("note.sig")).unwrap();
    fs::remove_file(folder.path().join("manifest.json")).unwrap();
    sink.save(&note).await.unwrap();
    assert_eq!(files(folder.path()).len(), 4);
}

#[tokio::test]
async fn a_changed_file_is_told_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let note = signed().await;
    let sink = DirectorySink::new(folder.path());
    sink.save(&note).await.unwrap();
    let path = folder.path().join(note.id()).join("note.json");
    fs::write(&path, "changed").unwrap();
    let told = sink.save(&note).await.unwrap_err().to_string();
    assert!(told.contains("was changed since it was saved"), "{told}");
    assert_eq!(fs::read(&path).unwrap(), b"changed");
    fs::write(folder.path().join("manifest.json"), "[").unwrap();
    let other = Draft::sign(&dap().await, &signer(roe(), 7), at(6)).unwrap();
    assert!(
        sink.save(&other)
            .await
            .unwrap_err()
            .to_string()
            .contains("manifest")
    );
}

#[tokio::test]
async fn errors_say_what_to_do_and_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let note = signed().await;
    let file = folder.path().join("CANARY");
    fs::write(&file, "").unwrap();
    let told = DirectorySink::new(&file).save(&note).await.unwrap_err();
    let told = format!("{told} {told:?}");
    assert!(
        told.contains("choose another folder") && !told.contains("CANARY"),
        "{told}"
    );
    let told = DirectorySink::new(folder.path())
        .append(&addendum(&note))
        .await
        .unwrap_err();
    assert!(told.to_string().contains("save it first"));
    assert!(
        told.downcast_ref::<Error>()
            .is_some_and(|error| error.kind() == therapy_scribe_notes::ErrorKind::Storage)
    );
}

#[tokio::test]
async fn a_drafts_hash_is_another_after_each_change() {
    let mut draft = dap().await;
    let mut seen = vec![draft.sha256().unwrap()];
    draft
        .append(
            "plan",
            "Addendum: call on Friday.",
            Source::Dictation,
            &roe(),
            at(1),
        )
        .unwrap();
    assert_eq!(
        draft.section("plan"),
        Some("Thought record.\n\nAddendum: call on Friday.")
    );
    assert!(!draft.is_reviewed("plan"));
    seen.push(draft.sha256().unwrap());
    draft.undo(&roe(), at(2)).unwrap();
    seen.push(draft.sha256().unwrap());
    draft.set_facts(therapy_scribe_notes::SessionFacts::default());
    seen.push(draft.sha256().unwrap());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4);
    assert_eq!(draft.sha256().unwrap(), draft.clone().sha256().unwrap());
    let wrong = draft.append("themes", "x", Source::Dictation, &roe(), at(3));
    assert!(matches!(wrong, Err(Error::Edit { .. })));
}
