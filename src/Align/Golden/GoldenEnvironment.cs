using System.Globalization;
using System.Reflection;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace PPYolo.Align.Golden;

/// <summary>What the bits of a run depend on beside the code. Bits are compared only where all of it is the same.</summary>
/// <param name="Torch">The tensor library's version.</param>
/// <param name="Cpu">The instruction set that libtorch takes: AVX512, AVX2 or DEFAULT.</param>
/// <param name="Threads">The threads that it computes on.</param>
/// <param name="Config">A hash of the run's settings.</param>
/// <param name="Card">The card that the run was computed on, and how exactly; null is the CPU.</param>
public sealed record GoldenEnvironment(string Torch, string Cpu, int Threads, string Config, string? Card = null)
{
    /// <summary>This process's environment.</summary>
    /// <param name="config">The settings of the run as text.</param>
    /// <param name="threads">Threads over all ranks; those of libtorch now unless given.</param>
    /// <param name="card">The card that the run was computed on, and how exactly; null is the CPU.</param>
    public static GoldenEnvironment Current(string config, int? threads = null, string? card = null) =>
        new(
            "TorchSharp "
                + (
                    typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
                    ?? "unknown"
                ),
            Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY")?.ToUpperInvariant() ?? Processor(),
            threads ?? torch.get_num_threads(),
            System
                .IO.Hashing.XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(config))
                .ToString("x16", CultureInfo.InvariantCulture),
            card
        );

    // The processor is asked and not the runtime, which may be told not to use what libtorch uses all the same (DOTNET_EnableAVX512=0).
    private static string Processor()
    {
        const int avx2 = 1 << 5,
            avx512 = (1 << 17) | (1 << 30) | (1 << 31);
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return "DEFAULT";
        }

        // DQ, BW and VL are what libtorch looks for. Where the operating system keeps no such registers, nor does the runtime use AVX.
        var features = X86Base.CpuId(7, 0).Ebx;
        return !Avx.IsSupported ? "DEFAULT"
            : (features & avx512) == avx512 ? "AVX512"
            : (features & avx2) != 0 ? "AVX2"
            : "DEFAULT";
    }

    /// <summary>The environment on one line.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Torch}, {Cpu}, {Threads} threads, settings {Config}{(Card is null ? "" : $", on {Card}")}"
        );
}
