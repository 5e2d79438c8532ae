using System.Diagnostics;

namespace PPYolo.Tests.Distributed;

/// <summary>Starts programs as ranks on this machine.</summary>
internal static class Mpirun
{
    /// <summary>Why that is not possible here, or null.</summary>
    public static string? Missing { get; } =
        Programs.Exists("mpirun") ? null : "mpirun is not installed (on Debian and Ubuntu: apt-get install openmpi-bin)";

    /// <summary>Runs a program from the tests' folder.</summary>
    public static Task<ProgramResult> RunAsync(int ranks, string program, params string[] arguments) =>
        ChildProgram.Run(
            new ProcessStartInfo(
                "mpirun",
                [.. Options(ranks), Path.Combine(Programs.DotnetRoot, "dotnet"), Path.Combine(Programs.Folder, program), .. arguments]
            )
        );

    /// <summary>
    /// As root as well, on fewer cores than ranks as well, without binding a rank and its threads to one core, and without the launcher's
    /// own words about an end that a rank has explained.
    /// </summary>
    private static string[] Options(int ranks) =>
        ["--quiet", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", $"{ranks}"];
}
