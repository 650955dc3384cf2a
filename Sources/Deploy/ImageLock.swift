import Synchronization

/// Keeps pulls and prunes apart, on the whole host: a prune could take the layers that a pull has just found to be there.
///
/// Pulls run side by side. A prune does not wait for pulls, which may take long: it is left out.
package final class ImageLock: Sendable {
    private struct State {
        var pulls = 0
        var isPruning = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Runs a pull; waits while a prune runs.
    package func pull<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        while !beginPull() { await endOfPrune() }
        defer { state.withLock { $0.pulls -= 1 } }
        return try await body()
    }

    /// Runs a prune, or returns nil where a pull or another prune is under way.
    package func prune<Value, Failure>(_ body: () async throws(Failure) -> Value) async throws(Failure) -> Value? {
        guard beginPrune() else { return nil }
        defer { endPrune() }
        return try await body()
    }

    private func beginPull() -> Bool {
        state.withLock { state in
            guard !state.isPruning else { return false }
            state.pulls += 1
            return true
        }
    }

    private func endOfPrune() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isPruning { state.waiting.append(continuation) }
                return !state.isPruning
            }
            if isOver { continuation.resume() }
        }
    }

    private func beginPrune() -> Bool {
        state.withLock { state in
            guard state.pulls == 0, !state.isPruning else { return false }
            state.isPruning = true
            return true
        }
    }

    private func endPrune() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isPruning = false
            return state.waiting
        }
        waiting.forEach { $0.resume() }
    }
}
