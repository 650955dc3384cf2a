import Glibc
import Linux
import NIOCore
import SystemPackage

/// Reports when a drop may have arrived in one of several spools (inotify(7)).
///
/// Every event leads to the same full scan: a rename into place, a close after writing, a queue overflow, or a spool
/// folder that was created, moved or replaced. To see the last of these, every folder above a spool is watched too, for
/// the one name in it that leads to the spool.
package actor SpoolWatch {
    private let inotify: Inotify
    private var spools: [Spool] = []
    /// The names that lead to a spool, by the folder that they are in.
    private var names: [CInt: Set<String>] = [:]
    /// The watches of the spools themselves.
    private var drops: Set<CInt> = []
    /// The spools that could not be watched at the last look.
    private var unwatched: [Spool: Errno] = [:]
    /// Whether ``run(scan:)`` waits for events.
    package private(set) var isListening = false

    package init(on eventLoop: any EventLoop) async throws {
        inotify = try await Inotify(on: eventLoop)
    }

    /// Watches these spools and no others.
    ///
    /// - Returns: the spools that cannot be watched now, with the reason; they are watched as soon as they can be.
    @discardableResult
    package func watch(_ spools: [Spool]) -> [Spool: Errno] {
        self.spools = spools
        return arm()
    }

    /// Calls `scan` after every event that may have changed a spool's content, until the task is cancelled.
    ///
    /// - Parameter scan: gets the spools that cannot be watched now. Calls never overlap.
    package func run(scan: @Sendable ([Spool: Errno]) async -> Void) async throws {
        isListening = true
        defer { isListening = false }
        try await inotify.run { events in
            if events.contains(where: concernsPath) || !unwatched.isEmpty {
                await scan(arm())
            } else if events.contains(where: isDrop) {
                // The spools are still where they were.
                await scan([:])
            }
            return true
        }
    }

    private func arm() -> [Spool: Errno] {
        unwatched = [:]
        drops = []
        var current: [CInt: Set<String>] = [:]
        for spool in spools {
            for (folder, name) in Self.chain(to: spool) {
                let isSpool = folder == spool.folder
                do throws(Errno) {
                    let watch = try inotify.add(folder, isSpool ? Self.spoolMask : Self.pathMask)
                    if isSpool { drops.insert(watch) }
                    current[watch, default: []].formUnion(isSpool ? [] : [name])
                } catch {
                    if isSpool { unwatched[spool] = error }
                }
            }
            if unwatched[spool] == nil, access(spool.folder.string, W_OK | X_OK) != 0 {
                unwatched[spool] = Errno(rawValue: errno)
            }
        }
        for watch in names.keys where current[watch] == nil {
            inotify.remove(watch)
        }
        names = current
        return unwatched
    }

    /// The folders from the root down to the spool, each with the name in it that leads to the drop.
    private static func chain(to spool: Spool) -> [(folder: FilePath, name: String)] {
        var folder = FilePath("/")
        var chain: [(FilePath, String)] = []
        for component in spool.folder.components {
            chain.append((folder, component.string))
            folder.append(component)
        }
        return chain + [(folder, Spool.dropName)]
    }

    private func isDrop(_ event: Inotify.Event) -> Bool {
        drops.contains(event.watch) && event.name == Spool.dropName
    }

    private static let selfMask = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD
    private static let pathMask = UInt32(selfMask | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB)
    private static let spoolMask = UInt32(selfMask | IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB)

    /// Whether the way to a spool may be another one, or nothing is known any more.
    private func concernsPath(_ event: Inotify.Event) -> Bool {
        guard event.watch >= 0 else { return true }
        guard let names = names[event.watch] else { return false }
        return event.name.isEmpty || names.contains(event.name)
    }
}
