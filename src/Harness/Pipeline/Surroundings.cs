using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Pipeline;

/// <summary>Where something was measured.</summary>
/// <param name="Commit">The commit that the program was built from, and whether files were changed since.</param>
/// <param name="Machine">Its name, system and processor.</param>
/// <param name="InstructionSet">What libtorch computes with, such as AVX512.</param>
/// <param name="Torch">The tensor library's version.</param>
/// <param name="Threads">Threads of libtorch over all ranks.</param>
internal sealed record Surroundings(string Commit, string Machine, string InstructionSet, string Torch, int Threads)
{
    // One look is enough: both stay what they are while a program runs.
    private static readonly Lazy<string> HereCommit = new(FindCommit),
        HereMachine = new(FindMachine);

    /// <summary>Those of this process.</summary>
    public static Surroundings Here(int threads)
    {
        var environment = GoldenEnvironment.Current("", threads);
        return new(HereCommit.Value, HereMachine.Value, environment.Cpu, environment.Torch, threads);
    }

    /// <summary>The build says which commit it is of; only the files can say whether they are still that commit's.</summary>
    private static string FindCommit()
    {
        var built = typeof(Surroundings).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var hash = built?.Split('+') is [_, { Length: >= 7 } full] ? full[..7] : Git.Head(AppContext.BaseDirectory);
        return hash is null ? "not known" : hash + (IsChanged() ? " and uncommitted changes" : "");
    }

    private static bool IsChanged()
    {
        try
        {
            return Git.Run(AppContext.BaseDirectory, "status", "--porcelain", "--untracked-files=no").Length > 0;
        }
        catch (AlignException)
        {
            return false;
        }
    }

    private static string FindMachine()
    {
        const string Processors = "/proc/cpuinfo";
        var model = File.Exists(Processors)
            ? File.ReadLines(Processors)
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[^1]
                .Trim()
            : null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.MachineName}, {RuntimeInformation.OSDescription}, {model ?? $"{RuntimeInformation.ProcessArchitecture}"}, "
                + $"{Environment.ProcessorCount} cores"
        );
    }
}
