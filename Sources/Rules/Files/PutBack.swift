/// How the files of a good release get back into the app's folder.
///
/// The Engine unpacks an archive there. It replaces what an entry names, and cannot remove anything else. So a folder with
/// a file that has to go is replaced as a whole: by an empty file first, then by a folder with all that stays.
package struct PutBack: Equatable, Sendable {
    /// The archive, in its order; empty if the folder is as the release has it.
    package private(set) var archive: [Snapshot.Entry] = []
    /// What is put back, sorted.
    package let restored: [ReleasePath]
    /// What the newer release brought into a folder of the good one, and what goes.
    package private(set) var removed: [ReleasePath] = []
    /// The same, where the folder holds what berth may not touch, and what berth cannot compare with the good release.
    package private(set) var stays: [ReleasePath] = []
    /// What is replaced or removed, and was delivered by neither release.
    package private(set) var byHand: [Snapshot.Entry] = []
    /// What was delivered by neither release and stays, in a folder that is replaced. If the unpacking is cut off, the folder
    /// may have lost it.
    package private(set) var carried: [Snapshot.Entry] = []

    /// - Parameters:
    ///   - good: the files of the release to go back to.
    ///   - new: the files that the release which ran since was delivered with; nil if they are not known.
    ///   - now: the files now, in the paths of both.
    ///   - foreign: what else is in these folders.
    ///   - written: what containers that run have mounted for writing. A container keeps the folder that it was started
    ///     with, so what it writes would be lost with a folder that was replaced.
    package init(
        _ good: Snapshot,
        after new: Snapshot?,
        now: Snapshot,
        foreign: [Foreign],
        written: [ReleasePath] = []
    ) {
        let places = ForeignPlaces(foreign)
        let changed = good.sorted.filter { !$0.isSame(as: now[$0.path]) }
        // A file cannot take the place of a folder with data in it, or of what berth has not read.
        let blocked = changed.filter { entry in
            !entry.isFolder && places.wouldLose(entry.path) || now[entry.path] == nil && places.hide(entry.path)
        }
        stays = blocked.map(\.path)
        let restoring = changed.filter { entry in !blocked.contains { $0.path == entry.path } }
        restored = restoring.map(\.path)

        let extras = now.sorted.filter { entry in
            good[entry.path] == nil && new?[entry.path] != nil
        }
        var folders: [ReleasePath] = []
        for extra in extras where !extra.isFolder {
            let folder = extra.path.ancestors.last { good[$0]?.isFolder == true && now[$0]?.isFolder == true }
            if let folder, !places.areIn(folder), !written.contains(where: folder.contains) {
                removed.append(extra.path)
                folders.append(folder)
            } else if !restoring.contains(where: { !$0.isFolder && $0.path.contains(extra.path) }) {
                stays.append(extra.path)
            }
        }
        let replaced = folders.filter { folder in !folders.contains { $0 != folder && $0.contains(folder) } }
        let gone = Set(extras.filter { extra in replaced.contains { $0.contains(extra.path) } }.map(\.path))
        archive = Self.archive(good, now, restoring, replaced, gone)
        let ofNeither = now.sorted.filter { entry in
            !entry.isFolder && !entry.isSame(as: good[entry.path]) && !entry.isSame(as: new?[entry.path])
                // An empty file in the place of a folder is berth's own, from a way back that was torn.
                && !(good[entry.path]?.isFolder == true && entry.content == .file([]))
        }
        byHand = ofNeither.filter { entry in
            gone.contains(entry.path) || restoring.contains { !$0.isFolder && $0.path.contains(entry.path) }
                || restoring.contains { $0.path == entry.path }
        }
        carried = ofNeither.filter { entry in
            !byHand.contains { $0.path == entry.path } && replaced.contains { $0.contains(entry.path) }
        }
    }

    private static func archive(
        _ good: Snapshot,
        _ now: Snapshot,
        _ restoring: [Snapshot.Entry],
        _ replaced: [ReleasePath],
        _ gone: Set<ReleasePath>
    ) -> [Snapshot.Entry] {
        var tree = Snapshot(restoring)
        for folder in replaced {
            for entry in now.entries.values where folder.contains(entry.path) && !gone.contains(entry.path) {
                tree.add(entry)
            }
            for entry in good.entries.values where folder.contains(entry.path) { tree.add(entry) }
        }
        for path in tree.entries.keys.flatMap(\.ancestors) where tree[path] == nil {
            if let folder = good[path] ?? now[path] { tree.add(folder) }
        }
        return tree.sorted.flatMap { entry in
            guard replaced.contains(entry.path) else { return [entry] }
            return [entry.emptied, entry]
        }
    }
}

extension Snapshot.Entry {
    /// An empty file in the place of a folder.
    fileprivate var emptied: Snapshot.Entry {
        Snapshot.Entry(path: path, content: .file([]), mode: mode, owner: owner, group: group, modified: modified)
    }
}
