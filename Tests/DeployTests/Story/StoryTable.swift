import Rules
import Testing

/// One way in which a deployment of v2 can be disturbed, and how it must end.
///
///     fails     up       | good back | rolledBack v1 | pull run up, up v1
///
/// The disturbance and its phase; the release, and whether the app has a way back; the verdict, and the release that
/// runs then; the commands of `docker`, for v2 unless they name another release.
struct StoryRow: Sendable, CustomTestStringConvertible, ExpressibleByStringLiteral {
    enum Disturbance: String, Sendable {
        /// Something in the phase fails.
        case fails
        /// The phase of the switch fails before the switch itself.
        case balks
        /// The agent is stopped in the phase; the next one finishes.
        case stopped
        /// The agent is killed as the phase begins; the next one finishes.
        case killed
        /// The same under a service manager.
        case crashed
        /// The same under a service manager that starts the agent again.
        case restarted
        /// The agent is killed within the step of the phase.
        case torn
        /// The record cannot be saved from the phase on.
        case unsaved
        case nothing
    }

    enum Release: String, Sendable { case good, bad, older }
    enum WayBack: String, Sendable { case back, none, never }

    let text: String
    let disturbance: Disturbance
    let phase: Phase
    /// `good`, `bad`, or `older`: v1, which is to be put back by hand.
    let release: Release
    /// `back`, `none`, or `never`: there is one, but the drop forbids it.
    let wayBack: WayBack
    let verdict: Verdict
    /// The release that runs in the end; nil if none does.
    let running: String?
    let did: [String]

    var testDescription: String { text }

    /// A step saves the record too, so without steps the save before the switch is the first to fail.
    var hasSteps: Bool { disturbance != .unsaved || phase != .up }

    init(stringLiteral text: String) {
        self.text = text
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map { part in
            part.split(separator: " ").map(String.init)
        }
        guard let disturbance = Disturbance(rawValue: parts[0][0]), let phase = Phase(rawValue: parts[0][1]),
            let release = Release(rawValue: parts[1][0]), let wayBack = WayBack(rawValue: parts[1][1]),
            let verdict = Verdict(rawValue: parts[2][0])
        else { preconditionFailure("not a row: \(text)") }
        self.disturbance = disturbance
        self.phase = phase
        self.verdict = verdict
        self.release = release
        self.wayBack = wayBack
        running = parts[2][1] == "-" ? nil : parts[2][1]
        did = text.split(separator: "|", omittingEmptySubsequences: false)[3].split(separator: ",").compactMap {
            words in
            let words = words.split(separator: " ")
            guard !words.isEmpty else { return nil }
            return words.count == 1 ? "\(words[0]) v2" : words.joined(separator: " ")
        }
    }

    static let table: [StoryRow] = undisturbed + failures + stops + restarts + kills + crashes + unsaved

    static let undisturbed: [StoryRow] = [
        "nothing check    | good back | deployed v2   | pull, run, up, exec",
        "nothing check    | good none | deployed v2   | pull, run, up, exec",
        "nothing check    | bad  back | rolledBack v1 | pull, run, up, up v1",
        "nothing check    | bad  none | unhealthy v2  | pull, run, up",
        "nothing check    | bad never | unhealthy v2  | pull, run, up",
        "nothing check   | older back | deployed v1   | up v1",
    ]

    static let failures: [StoryRow] = [
        "fails   check    | good back | refused v1        | ",
        "fails   check    | good none | refused -         | ",
        "fails   login    | good back | failed v1         | ",
        "fails   room     | good back | refused v1        | ",
        "fails   pull     | good back | failed v1         | ",
        "fails   before   | good back | failed v1         | pull",
        "balks   up       | good back | failed v1         | pull, run",
        "fails   up       | good back | rolledBack v1     | pull, run, up v1",
        "fails   up       | good none | unhealthy -       | pull, run",
        "fails   after    | good back | rolledBack v1     | pull, run, up, up v1",
        "fails   after    | good none | unhealthy v2      | pull, run, up",
        "fails   settle   | good back | deployed v2       | pull, run, up, exec",
        "fails   rollback | bad  back | rollbackFailed v2 | pull, run, up",
        "balks   rollback | bad  back | rollbackFailed v2 | pull, run, up",
        "fails   after    | good never | unhealthy v2     | pull, run, up",
        "fails   up      | older back | rollbackFailed v1 | ",
        "balks   up      | older back | failed v1         | ",
    ]

    /// Until the images are pulled, a stop ends the deployment; later, the next agent resumes it and repeats no step.
    static let stops: [StoryRow] = [
        "stopped check    | good back | failed v1     | ",
        "stopped login    | good back | failed v1     | ",
        "stopped pull     | good back | failed v1     | ",
        "stopped before   | good back | deployed v2   | pull, run, up, exec",
        "stopped before   | bad  back | rolledBack v1 | pull, run, up, up v1",
        "stopped up       | good back | deployed v2   | pull, run, up, exec",
        "stopped up       | bad  back | rolledBack v1 | pull, run, up, up v1",
        "stopped health   | good back | deployed v2   | pull, run, up, up, exec",
        "stopped health   | bad  back | rolledBack v1 | pull, run, up, up, up v1",
        "stopped after    | good back | deployed v2   | pull, run, up, up, exec",
        "stopped settle   | good back | deployed v2   | pull, run, up, exec",
        "stopped rollback | bad  back | rolledBack v1 | pull, run, up, up v1",
    ]

    /// The next agent gets the drop with its credential, and starts again.
    static let restarts: [StoryRow] = [
        "restarted check    | good back | deployed v2   | pull, run, up, exec",
        "restarted check    | good none | deployed v2   | pull, run, up, exec",
        "restarted login    | good back | deployed v2   | pull, run, up, exec",
        "restarted room     | good back | deployed v2   | pull, run, up, exec",
        "restarted pull     | good back | deployed v2   | pull, run, up, exec",
        "restarted pull     | bad  back | rolledBack v1 | pull, run, up, up v1",
        "restarted before   | good back | deployed v2   | pull, run, up, exec",
        "restarted up       | bad  back | rolledBack v1 | pull, run, up, up v1",
        "restarted check   | older back | deployed v1   | up v1",
    ]

    static let crashes: [StoryRow] = [
        "crashed  check    | good back | deployed v2   | pull, run, up, exec",
        "crashed  login    | good back | deployed v2   | pull, run, up, exec",
        "crashed  room     | good back | deployed v2   | pull, run, up, exec",
        "crashed  pull     | good back | deployed v2   | pull, run, up, exec",
        "crashed  pull     | bad  back | rolledBack v1 | pull, run, up, up v1",
        "crashed  health   | bad  back | rolledBack v1 | up, up v1",
        "crashed  check   | older back | deployed v1   | up v1",
    ]

    /// As for a stop, but work after the last save is not on record. The commands here are those of the next agent.
    static let kills: [StoryRow] = [
        "killed  check    | good back | failed v1     | ",
        "killed  room     | good back | failed v1     | ",
        "killed  pull     | good back | failed v1     | ",
        "killed  before   | good back | deployed v2   | run, up, exec",
        "killed  before   | bad  back | rolledBack v1 | run, up, up v1",
        "killed  up       | good back | deployed v2   | up, exec",
        "killed  up       | bad  back | rolledBack v1 | up, up v1",
        "killed  up       | bad  none | unhealthy v2  | up",
        "killed  health   | good back | deployed v2   | up, exec",
        "killed  health   | bad  back | rolledBack v1 | up, up v1",
        "killed  after    | good back | deployed v2   | up, exec",
        "killed  settle   | good back | deployed v2   | up",
        "killed  rollback | bad  back | rolledBack v1 | up v1",
        "killed  up      | older back | deployed v1   | up v1",
        "killed  health  | older back | deployed v1   | up v1",
        "torn    before   | good back | failed v1     | ",
        "torn    after    | good back | rolledBack v1 | up, up v1",
        "torn    after    | good none | unhealthy v2  | up",
    ]

    /// Before the switch, a record that cannot be written ends the deployment; after it, the deployment continues.
    static let unsaved: [StoryRow] = [
        "unsaved login    | good back | failed v1     | ",
        "unsaved pull     | good back | failed v1     | ",
        "unsaved before   | good back | failed v1     | pull",
        "unsaved up       | good back | failed v1     | pull",
        "unsaved health   | good back | deployed v2   | pull, run, up, exec",
        "unsaved health   | bad  back | rolledBack v1 | pull, run, up, up v1",
        "unsaved after    | good back | deployed v2   | pull, run, up, exec",
        "unsaved settle   | good back | deployed v2   | pull, run, up, exec",
        "unsaved rollback | bad  back | rolledBack v1 | pull, run, up, up v1",
    ]
}
