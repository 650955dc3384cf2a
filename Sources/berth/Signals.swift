import Glibc

/// The signals that steer the agent, taken one at a time by a thread that does nothing else (sigwait(3)).
struct Signals {
    private let set: sigset_t

    /// Blocks them in this thread and in every thread that it starts; child processes get a clean mask.
    static func block() -> Signals {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP] where !isIgnored(signal) { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A writer that runs into the short lease on a drop makes the kernel send SIGIO, which would end the agent.
        _ = signal(SIGIO, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
        // If the one who starts berth ignores it, the kernel keeps no child's exit code.
        _ = signal(SIGCHLD, SIG_DFL)
        return Signals(set: set)
    }

    /// Whether the caller has set the signal to be ignored, as nohup(1) does: sigwait(3) would return it all the same.
    private static func isIgnored(_ signal: CInt) -> Bool {
        var action = sigaction()
        return sigaction(signal, nil, &action) == 0
            && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Calls `body` with each signal, for ever.
    func forEach(_ body: (CInt) -> Void) -> Never {
        var set = set
        while true {
            var signal: CInt = 0
            if sigwait(&set, &signal) == 0 { body(signal) }
        }
    }
}
