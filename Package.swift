// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "berth",
    products: [
        .executable(name: "berth", targets: ["berth"]),
        .executable(name: "prune-plan-time", targets: ["PrunePlanTime"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CSystemd",
            pkgConfig: "libsystemd",
            providers: [.apt(["libsystemd-dev"])]
        ),
        .target(
            name: "Systemd",
            dependencies: [
                "CSystemd",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CLinux"),
        .target(
            name: "Linux",
            dependencies: [
                "CLinux",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        // Wipes memory that is freed.
        .target(name: "CWipe"),
        .target(name: "DockerModel", swiftSettings: settings),
        .target(
            name: "Docker",
            dependencies: [
                "DockerModel",
                "Linux",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        // What decides cannot act: it can import nothing that does.
        .target(name: "Rules", dependencies: ["DockerModel"], swiftSettings: settings),
        .target(
            name: "Deploy",
            dependencies: [
                "Docker",
                "DockerModel",
                "Linux",
                "Rules",
                "Systemd",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "berth",
            dependencies: [
                "CWipe",
                "Deploy",
                "Docker",
                "DockerModel",
                "Linux",
                "Rules",
                "Systemd",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-Xlinker", "--wrap=free", "-Xlinker", "--wrap=realloc"])]
        ),
        // A figure of `make bench`; the program does not need it.
        .executableTarget(
            name: "PrunePlanTime",
            dependencies: ["DockerModel", "Rules"],
            path: "Benchmarks/PrunePlanTime",
            swiftSettings: settings
        ),
        .target(
            name: "Support",
            dependencies: [
                "Docker",
                "DockerModel",
                "Linux",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        // What `make fuzz` runs, with what must hold; the unit tests run it on the seeds.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Deploy",
                "Docker",
                "DockerModel",
                "Linux",
                "Rules",
                "Systemd",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: settings
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "FuzzTargets",
                "Linux",
                "Support",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SystemdTests",
            dependencies: ["Systemd", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LinuxTests",
            dependencies: [
                "Linux",
                "Support",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "DockerModelTests", dependencies: ["DockerModel"], swiftSettings: settings),
        .testTarget(
            name: "DockerTests",
            dependencies: [
                "Docker",
                "DockerModel",
                "Linux",
                "Support",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "RulesTests", dependencies: ["DockerModel", "Rules"], swiftSettings: settings),
        .testTarget(
            name: "DeployTests",
            dependencies: [
                "Deploy",
                "Docker",
                "DockerModel",
                "Linux",
                "Rules",
                "Support",
                "Systemd",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "berthTests",
            dependencies: [
                "berth", "Deploy", "DockerModel", "Linux", "Rules", "Support",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
    ]
)

// It links with libFuzzer alone, so it is part of the package for `make fuzz` alone.
if Context.environment["BERTH_FUZZ"] != nil {
    // After each input, libFuzzer looks at all the code that it watches, so it watches berth's own, without the functions
    // that no fuzz target calls: with a section for each function, the linker leaves those out.
    let watched: Set = ["Deploy", "Docker", "DockerModel", "Linux", "Rules", "Systemd"]
    for target in package.targets where watched.contains(target.name) {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer", "-Xfrontend", "-function-sections"]))
    }
    // The linker takes the first of two `main`, which is ours and chooses the target, and not libFuzzer's own. Of the
    // system's linkers, gold does not take this.
    let flags = ["-sanitize=fuzzer", "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "muldefs"]
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: ["FuzzTargets"],
            path: "Fuzz/Program",
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(flags)]
        )
    )
}
