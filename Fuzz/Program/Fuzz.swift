import FuzzTargets
import Glibc

/// libFuzzer with one of the targets, which `BERTH_FUZZ` names.
@main enum Fuzz {
    static let target: FuzzTarget = {
        let name = getenv("BERTH_FUZZ").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget.named(name) else { fatalError("BERTH_FUZZ is one of \(FuzzTarget.all)") }
        return target
    }()

    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(run(&count, &arguments, checkInput))
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func run(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's own `main`, which the linker leaves out, wants it by this name.
@_cdecl("LLVMFuzzerTestOneInput")
func checkInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try Fuzz.target.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
