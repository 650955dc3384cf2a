/// Why something failed, as a stable word for scripts, metrics and tests; the sentence beside it may change.
///
/// `docs/causes.md` explains the meaning of each, and what to do.
package enum Cause: String, Sendable, Codable, CaseIterable {
    // The drop.
    case dropUnreadable = "drop-unreadable"
    case dropMalformed = "drop-malformed"
    case nameBarred = "name-barred"
    case nameNotAllowed = "name-not-allowed"
    case directiveInvalid = "directive-invalid"
    case credentialIncomplete = "credential-incomplete"
    case secretInDrop = "secret-in-drop"
    case spoolBlocked = "spool-blocked"
    case held
    case superseded
    // The app's folder.
    case folderUnreadable = "folder-unreadable"
    case envMissing = "env-missing"
    case envUnreadable = "env-unreadable"
    case composeFileMissing = "compose-file-missing"
    case composeFileUnreadable = "compose-file-unreadable"
    case composeInvalid = "compose-invalid"
    case composeNotStorable = "compose-not-storable"
    case policyInvalid = "policy-invalid"
    case filesTooBig = "files-too-big"
    case filesReplaced = "files-replaced"
    // What a drop chooses.
    case repositoryNotAllowed = "repository-not-allowed"
    case pathNotAllowed = "path-not-allowed"
    case valueNotAllowed = "value-not-allowed"
    case projectTaken = "project-taken"
    case projectRenamed = "project-renamed"
    // The way back.
    case recordUnreadable = "record-unreadable"
    case wayBackMissing = "way-back-missing"
    case releaseUnknown = "release-unknown"
    case noSuchRelease = "no-such-release"
    case rollbackForbidden = "rollback-forbidden"
    case knownBad = "known-bad"
    // The registry, and images.
    case credentialRefused = "credential-refused"
    case registryUnreachable = "registry-unreachable"
    case dockerConfigInvalid = "docker-config-invalid"
    case pullFailed = "pull-failed"
    case imageMissing = "image-missing"
    // The disk.
    case noRoom = "no-room"
    case usageUnreadable = "usage-unreadable"
    case inUse = "in-use"
    // The release.
    case stepFailed = "step-failed"
    case stepRunning = "step-running"
    case stepLost = "step-lost"
    case backupFailed = "backup-failed"
    case upFailed = "up-failed"
    case notHealthy = "not-healthy"
    case filesNotRestored = "files-not-restored"
    // The host.
    case engineUnreachable = "engine-unreachable"
    case engineTooOld = "engine-too-old"
    case engineFailed = "engine-failed"
    case composeTooOld = "compose-too-old"
    case commandFailed = "command-failed"
    case commandNotStarted = "command-not-started"
    case stateUnwritable = "state-unwritable"
    case stateUnreadable = "state-unreadable"
    case stateLocked = "state-locked"
    case runtimeUnwritable = "runtime-unwritable"
    case settingsInvalid = "settings-invalid"
    case noSuchApp = "no-such-app"
    case noSuchRecord = "no-such-record"
    case setupRefused = "setup-refused"
    // berth itself.
    case agentStopped = "agent-stopped"
    case agentEnded = "agent-ended"
    case noProgress = "no-progress"
    case appRemoved = "app-removed"
    case unexpected

    /// Whether berth decided against the drop: nothing failed, and the deployment counts as not started.
    var isRefusal: Bool { self == .noRoom || self == .knownBad }
}
