import DockerModel
import Glibc
import Linux
import NIOCore
import Rules
import Synchronization
import SystemPackage
import Systemd

/// Keeps the drops that have no verdict yet, for the next agent: in memory that outlives this one, since a token must not be
/// on a disk.
package final class KeptDrops: Sendable {
    /// A drop with what berth knew of its file.
    package struct Kept: Equatable, Sendable {
        package let bytes: [UInt8]
        package let owner: uid_t?
        package let placed: Timestamp

        var claim: Spool.Claim { .drop(bytes, owner: owner) }
    }

    /// How long the service manager may take to store a drop, until it counts as not stored.
    private static let patience = Duration.seconds(5)

    private let store: any DescriptorStore
    private let eventLoop: any EventLoop
    /// What an earlier agent kept, and no worker has asked for.
    private let left: Mutex<[AppName: [Int: Kept]]>
    private let handsOn = Atomic(false)

    /// Reads what an earlier agent kept.
    package init(in store: any DescriptorStore, on eventLoop: any EventLoop) {
        self.store = store
        self.eventLoop = eventLoop
        var left: [AppName: [Int: Kept]] = [:]
        for (name, descriptor) in store.inherited() {
            defer { try? descriptor.close() }
            if let (app, number) = Self.named(name), let kept = Kept(in: descriptor) {
                left[app, default: [:]][number] = kept
            } else {
                store.forget(name)
            }
        }
        self.left = Mutex(left)
    }

    /// Whether the agent stops only to start again, and the next one gets the drops.
    package var areHandedOn: Bool {
        get { handsOn.load(ordering: .relaxed) }
        set { handsOn.store(newValue, ordering: .relaxed) }
    }

    /// Keeps a drop; the service manager has it when this returns, unless there is none, or it does not answer.
    func keep(_ drop: Kept, of app: AppName, _ number: Int) async {
        let name = Self.name(app, number)
        // What an agent kept that ended before it had put the drop on record.
        store.forget(name)
        guard let file = try? MemoryFile.holding(drop.coded, name: "drop") else { return }
        store.keep(file, as: name)
        try? file.close()
        guard let barrier = try? store.barrier() else { return }
        _ = await PipeEnd.await(of: barrier, within: Self.patience, on: eventLoop)
    }

    /// Forgets a drop that has its verdict.
    func forget(_ app: AppName, _ number: Int) {
        store.forget(Self.name(app, number))
    }

    /// What an earlier agent kept of an app's drops, by number; once.
    func take(of app: AppName) -> [Int: Kept] {
        left.withLock { $0.removeValue(forKey: app) ?? [:] }
    }

    /// Forgets what is left of apps that are not here.
    ///
    /// - Parameter apps: those that are, though their records could not be read.
    func forgetOthers(than apps: Set<AppName>) {
        let others = left.withLock { left in
            let others = left.filter { !apps.contains($0.key) }
            left = left.filter { apps.contains($0.key) }
            return others
        }
        for (app, drops) in others {
            for number in drops.keys { forget(app, number) }
        }
    }

    private static func name(_ app: AppName, _ number: Int) -> String { "\(app).\(number)" }

    /// The app and the number of such a name.
    private static func named(_ name: String) -> (AppName, Int)? {
        let words = name.split(separator: ".")
        guard words.count == 2, let app = AppName(String(words[0])), let number = Int(words[1]) else { return nil }
        return (app, number)
    }
}

extension KeptDrops.Kept {
    /// A line with the owner (`-` if it is not known) and the moment, then the drop.
    fileprivate var coded: [UInt8] {
        Array("\(owner.map { "\($0)" } ?? "-") \(placed.nanoseconds)\n".utf8) + bytes
    }

    /// Nil if it is not what ``coded`` gives.
    fileprivate init?(in file: SystemPackage.FileDescriptor) {
        // All copies of a descriptor share one position.
        guard (try? file.seek(offset: 0, from: .start)) != nil,
            let all = try? File.read(file, limit: Self.limit), let end = all.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        let words = String(decoding: all[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 2, let nanoseconds = Int64(words[1]) else { return nil }
        bytes = Array(all[(end + 1)...])
        owner = uid_t(words[0])
        placed = Timestamp(nanoseconds: nanoseconds)
    }

    /// In bytes: the longest drop, and a line before it.
    private static let limit = DropParser.sizeLimit + 100
}
