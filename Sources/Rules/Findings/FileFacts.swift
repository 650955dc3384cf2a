import DockerModel

/// What stat(2) tells of a file or folder.
package struct FileFacts: Equatable, Sendable {
    package enum Kind: Sendable {
        case file, folder, link, other
    }

    package let path: String
    package let kind: Kind
    /// The owner's name, or the number if it has none.
    package let owner: String
    package let group: String
    /// The lowest twelve bits.
    package let mode: UInt32
    /// When it was last written or renamed.
    package let changed: Timestamp

    package init(path: String, kind: Kind, owner: String, group: String, mode: UInt32, changed: Timestamp) {
        self.path = path
        self.kind = kind
        self.owner = owner
        self.group = group
        self.mode = mode
        self.changed = changed
    }

    /// In words.
    var rights: String { "belongs to \(owner):\(group) with mode \(octal)" }

    /// The mode as chmod(1) takes it.
    var octal: String { "0" + String(mode, radix: 8) }

    package var isReadableByAll: Bool { mode & 0o004 != 0 }
    package var isWritableByAll: Bool { mode & 0o002 != 0 }
    package var givesItsGroup: Bool { mode & 0o2000 != 0 }
}

/// The user with whose rights berth looks.
package enum Viewer: Equatable, Sendable, CustomStringConvertible {
    /// The agent's.
    case agent
    /// The person who asks, and who is not root.
    case person
    /// Root, who could not become user berth, and so looks into no app's folder.
    case root

    package var description: String { self == .agent ? "user berth" : "you" }
}
