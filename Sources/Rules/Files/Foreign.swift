/// Something in the app's folder that is no file of a release.
package struct Foreign: Equatable, Sendable {
    package enum Reason: String, Sendable {
        case server = "is the server's"
        case key = "is a private key"
        case unreadable = "cannot be read"
        case tooDeep = "is too deep"
        case tooMuch = "is more than berth reads"
        case link = "is a link that leaves the app's folder"
        case special = "is neither a file, nor a folder, nor a link"
    }

    package let path: ReleasePath
    package let reason: Reason

    package init(path: ReleasePath, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// Whether nothing is lost if a file of a release takes its place.
    fileprivate var isEmpty: Bool { reason == .link || reason == .special }
}

/// The places in an app's folder that hold something foreign.
package struct ForeignPlaces: Sendable {
    private let all: Set<ReleasePath>
    /// Without what may give way.
    private let solid: Set<ReleasePath>
    /// The folders around them.
    private let around: Set<ReleasePath>

    package init(_ foreign: [Foreign]) {
        all = Set(foreign.map(\.path))
        solid = Set(foreign.filter { !$0.isEmpty }.map(\.path))
        around = Set(all.flatMap(\.ancestors))
    }

    /// Whether something foreign is this path, or lies below it.
    func areIn(_ path: ReleasePath) -> Bool { all.contains(path) || around.contains(path) }

    /// Whether something would be lost if a file took this path.
    func wouldLose(_ path: ReleasePath) -> Bool { solid.contains(path) || around.contains(path) }

    /// Whether berth cannot know what is at this path, because it has not read a folder around it.
    package func hide(_ path: ReleasePath) -> Bool {
        solid.contains(path) || path.ancestors.contains(where: solid.contains) || solid.contains(ReleasePath())
    }
}
