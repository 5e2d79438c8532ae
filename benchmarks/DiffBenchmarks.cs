using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using PPYolo.Align.Formats;
using PPYolo.Cli.Commands;
using PPYolo.Model.Networks;
using PPYolo.Train.Weights;

namespace PPYolo.Benchmarks;

/// <summary>
/// Reading and comparing two checkpoints of ppyolo_r50vd (180 MB each): ppyolo diff with all its figures and its report, against a Python
/// script that loads both with torch.load and sums squares; first both without their start, then both as programs that are started. Needs a
/// Python with PyTorch: python3 or PPYOLO_PYTHON. On a machine that does other work the least time is the fair one.
/// </summary>
[MinColumn]
public class DiffBenchmarks
{
    private readonly string folder = Directory.CreateTempSubdirectory("ppyolo-diff-").FullName;
    private Process python = null!;

    private string First => Path.Combine(folder, "a.pth");

    private string Second => Path.Combine(folder, "b.pth");

    [GlobalSetup]
    public void Setup()
    {
        foreach (var (path, seed) in new[] { (First, "1"), (Second, "2") })
        {
            new Checkpoint(0, StartWeights.Parse($"generator:{seed}").For(NetworkPresets.R50Vd), PickleValue.None).Write(path);
        }

        python = StartPython();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        python.StandardInput.Close();
        python.WaitForExit();
        python.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public string PythonScript()
    {
        python.StandardInput.WriteLine();
        return python.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException(
                "the Python script has ended; it needs PyTorch: apt-get install python3-torch, or PPYOLO_PYTHON"
            );
    }

    [Benchmark]
    public int Diff() => DiffCommand.Run(First, Second, new DiffOptions(), TextWriter.Null);

    [Benchmark]
    public void PythonScriptFromStart()
    {
        using var process = StartPython();
        process.StandardInput.WriteLine();
        End(process);
    }

    [Benchmark]
    public void DiffFromStart()
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), "diff", First, Second])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        End(process);
    }

    private static void End(Process process)
    {
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
    }

    private Process StartPython()
    {
        var program = Environment.GetEnvironmentVariable("PPYOLO_PYTHON") ?? "/usr/bin/python3";
        return Process.Start(
            new ProcessStartInfo(program, [Path.Combine(AppContext.BaseDirectory, "diff_checkpoints.py"), First, Second])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
    }
}
