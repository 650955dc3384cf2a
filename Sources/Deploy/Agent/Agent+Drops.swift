import Linux
import Logging
import NIOCore
import Rules
import SystemPackage

/// Which drop is taken when: one app's drops must not keep those of another waiting.
extension Agent {
    /// Takes every drop from the spools, one of each app and round.
    func takeDrops() async {
        var isDone = false
        while !isDone {
            isDone = true
            for name in settings.apps.keys.sorted() where await takeDrop(of: name) { isDone = false }
            // An order, such as a reload, gets its turn between two rounds.
            await Task.yield()
        }
    }

    /// - Returns: false if there is none that can be taken now.
    private func takeDrop(of name: AppName) async -> Bool {
        // Checked for each drop: after a reload or a stop, the next drop may have to stay in the spool.
        guard !Task.isCancelled, let worker = workers[name], let spool = spool(of: name) else { return false }
        // Most are: every event leads to a look at all of them.
        guard !spool.isEmpty else {
            (unfinished[name], stuck[name]) = (nil, nil)
            if wait(for: name) == .zero { hasty.remove(name) }
            return false
        }
        guard !mustWait(name) else { return false }
        do throws(SpoolError) {
            let placed = spool.placed
            guard let claim = try spool.claim() else {
                try await awaitWriter(of: name, spool)
                stuck[name] = nil
                return false
            }
            rates[name, default: DropRate()].take(at: host.clock.now)
            try await worker.take(claim, placed: placed, from: spool)
            stuck[name] = nil
            return true
        } catch {
            guard stuck[name] != error else { return false }
            stuck[name] = error
            log.log(
                .dropStuck,
                "\(name): a drop is in the spool, but cannot be taken: \(error)",
                .app(name)
            )
            return false
        }
    }

    /// Whether the app's next drop has to wait, because too many came before it.
    private func mustWait(_ name: AppName) -> Bool {
        let wait = wait(for: name)
        guard wait > .zero else { return false }
        scan(in: wait)
        guard hasty.insert(name).inserted else { return true }
        let interval = DropRate<EventLoopClock.Instant>.interval
        log.warning(
            """
            \(name): drops come too fast; berth takes one in \(interval.components.seconds) s, and a newer one takes the \
            place of one that waits in the spool
            """,
            metadata: .app(name)
        )
        return true
    }

    private func wait(for name: AppName) -> Duration { rates[name]?.wait(at: host.clock.now) ?? .zero }

    /// Tells that a drop never becomes complete, once it has been in the spool for too long.
    private func awaitWriter(of name: AppName, _ spool: Spool) async throws(SpoolError) {
        guard let file = spool.unfinished else {
            unfinished[name] = nil
            return
        }
        guard let known = unfinished[name], known.file == file else {
            unfinished[name] = (file, host.clock.now)
            return scan(in: patience)
        }
        let age = known.since.duration(to: host.clock.now)
        guard age >= patience else { return scan(in: patience - age) }
        throw SpoolError(
            path: file,
            problem: "is still open for writing",
            hint: """
                end the process that writes it (fuser -v \(file)), or remove the file and drop again; if there is none, the \
                spool is on a network filesystem: put it on a local one
                """
        )
    }

    /// Scans again after a while, or before if an earlier scan is due.
    private func scan(in time: Duration) {
        let moment = host.clock.now.advanced(by: time)
        if let due, due <= moment { return }
        due = moment
        host.eventLoop.scheduleTask(in: TimeAmount(time)) { [setAlarm] in _ = setAlarm.yield() }
    }

    func scanWhenDue() async {
        for await _ in alarm {
            due = nil
            await scan()
        }
    }

    /// Deletes what broken transfers have left in the spools, now and once an hour.
    func sweepSpools() async throws {
        while true {
            for name in settings.apps.keys.sorted() {
                for file in spool(of: name)?.removeLeftovers(olderThan: Self.leftoverAge) ?? [] {
                    log.warning(
                        "\(name): \(file) is deleted: a broken transfer left it over an hour ago, and it may hold a token",
                        metadata: .app(name)
                    )
                }
            }
            // Most of it is of the start.
            OwnMemory.giveBack()
            try await host.clock.sleep(for: Self.leftoverAge)
        }
    }

    private static var leftoverAge: Duration { .seconds(60 * 60) }
}
