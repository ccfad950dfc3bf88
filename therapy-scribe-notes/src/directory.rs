//! A folder as the record.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use therapy_scribe_core::BoxError;

use crate::{EhrSink, Error, Later, Result, SignedNote, sign::hex};

const MANIFEST: &str = "manifest.json";
const WRONG_MANIFEST: &str =
    "the folder's manifest is not what was written: restore it, or move the folder away";

/// Keeps signed notes in a folder. It is an export in plain text: whoever can read the folder can read the notes.
///
/// Each note has a folder of its own, named by its [identity](SignedNote::id): `note.md` to read, `note.json`, which is the
/// signed note itself, `note.sig`, its signature alone. What is said of it later stands beside it: `addendum-ID.md`,
/// `.json`, `.sig`. `manifest.json` lists all of them with their hashes. No name of a file or folder says anything of a
/// client. Nothing is there before the first note is saved, not even the folder.
///
/// A note appears with all of its files or not at all, and is on the disk when `save` returns. Saving it again changes
/// nothing; a file that somebody has changed since is an error, and is left as it is. On Unix only the user can read what
/// it writes. One process at a time may write to a folder. Writing blocks the task for some milliseconds.
///
/// ```
/// # async fn save(signed: &therapy_scribe_notes::SignedNote) -> Result<(), therapy_scribe_core::BoxError> {
/// use therapy_scribe_notes::{DirectorySink, EhrSink};
///
/// let sink = DirectorySink::new("/var/lib/practice/notes");
/// sink.save(signed).await?;
/// # Ok(()) }
/// ```
pub struct DirectorySink {
    root: PathBuf,
    /// Held while something is written.
    writing: Mutex<()>,
}

impl DirectorySink {
    /// A folder, which is made when the first note is saved.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            writing: Mutex::new(()),
        }
    }

    fn store(&self, note: &SignedNote) -> Result<()> {
        let files = [
            ("note.md".to_owned(), note.to_markdown().into_bytes()),
            ("note.json".to_owned(), note.to_bytes()),
            (
                "note.sig".to_owned(),
                format!("{}\n", note.signature()).into_bytes(),
            ),
        ];
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        make_folder(&self.root)?;
        let folder = self.root.join(note.id());
        if folder.is_dir() {
            keep(&folder, &files)?;
        } else {
            self.place(&folder, note.id(), &files)?;
        }
        self.list(note.id(), note.signed_at().as_unix_millis(), &files)
    }

    fn add(&self, later: &Later) -> Result<()> {
        let name = format!("{}-{}", later.kind(), later.id());
        let files = [
            (format!("{name}.md"), later.to_markdown().into_bytes()),
            (format!("{name}.json"), later.to_bytes()),
            (
                format!("{name}.sig"),
                format!("{}\n", later.signature()).into_bytes(),
            ),
        ];
        let missing = || Error::Store {
            problem: "the note that this is about is not in the folder: save it first",
            source: None,
        };
        // It becomes the name of a folder, and comes from a statement that somebody wrote.
        let is_hash = |id: &&str| id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
        let note = later.note_id().filter(is_hash).ok_or_else(missing)?;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.root.join(note);
        if !folder.is_dir() {
            return Err(missing());
        }
        keep(&folder, &files)?;
        self.list(note, later.signed_at().as_unix_millis(), &files)
    }

    /// A new folder with all of its files at once.
    fn place(&self, folder: &Path, id: &str, files: &[(String, Vec<u8>)]) -> Result<()> {
        let draft = self.root.join(format!(".{id}.tmp"));
        if draft.exists() {
            // Left by a process that was killed; nobody was told that it is saved.
            fs::remove_dir_all(&draft).map_err(failed)?;
        }
        make_folder(&draft)?;
        for (name, bytes) in files {
            write(&draft.join(name), bytes)?;
        }
        sync_folder(&draft)?;
        fs::rename(&draft, folder).map_err(failed)?;
        sync_folder(&self.root)
    }

    /// Names the files in the manifest.
    fn list(&self, id: &str, signed_at: u64, files: &[(String, Vec<u8>)]) -> Result<()> {
        let path = self.root.join(MANIFEST);
        let mut manifest: Value = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| Error::Store {
                problem: WRONG_MANIFEST,
                source: None,
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                json!({"version": 1, "files": {}})
            }
            Err(error) => return Err(failed(error)),
        };
        let before = manifest.clone();
        let listed = manifest.get_mut("files").and_then(Value::as_object_mut);
        let listed = listed.ok_or(Error::Store {
            problem: WRONG_MANIFEST,
            source: None,
        })?;
        for (name, bytes) in files {
            let hash = hex(&Sha256::digest(bytes));
            listed.insert(
                format!("{id}/{name}"),
                json!({"sha256": hash, "signed_at_unix_ms": signed_at}),
            );
        }
        if manifest == before {
            return Ok(());
        }
        replace(&path, format!("{manifest:#}\n").as_bytes())
    }
}

#[async_trait]
impl EhrSink for DirectorySink {
    async fn save(&self, note: &SignedNote) -> Result<(), BoxError> {
        Ok(self.store(note)?)
    }

    async fn append(&self, later: &Later) -> Result<(), BoxError> {
        Ok(self.add(later)?)
    }
}

impl fmt::Debug for DirectorySink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path may name a practice or a client.
        f.debug_struct("DirectorySink").finish_non_exhaustive()
    }
}

/// Files that are to be there: what is missing is written, what is there must be the same.
fn keep(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(there) if there == *bytes => {}
            Ok(_) => {
                let problem =
                    "a file of it was changed since it was saved: find out by whom, and restore it";
                return Err(Error::Store {
                    problem,
                    source: None,
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => replace(&path, bytes)?,
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

/// A file that is either the old one or the new one, whenever the power fails.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".tmp");
    let draft = PathBuf::from(draft);
    write(&draft, bytes)?;
    fs::rename(&draft, path).map_err(failed)?;
    path.parent().map_or(Ok(()), sync_folder)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.sync_all().map_err(failed)
}

fn make_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed)
}

/// Makes a rename last. Other systems than Unix do that by themselves, and open no folders.
fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
    }
    Ok(())
}

fn failed(error: io::Error) -> Error {
    let problem = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "its folder can't be written: allow it, or choose another"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full: make room, then save it again"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file is where its folder should be: choose another folder"
        }
        io::ErrorKind::NotFound => "its folder is gone: make it again, or choose another",
        _ => "writing failed: check the disk, then save it again",
    };
    Error::Store {
        problem,
        source: Some(error),
    }
}
