import Glibc

/// The signals that steer the agent, taken one at a time by a thread that does nothing else (sigwait(3)).
struct Signals {
    private let set: sigset_t

    /// Blocks them in this thread and in every thread that it starts; child processes get a clean mask.
    static func block() -> Signals {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A writer that runs into the short lease on a drop makes the kernel send SIGIO, which would end the agent.
        _ = signal(SIGIO, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
        return Signals(set: set)
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
