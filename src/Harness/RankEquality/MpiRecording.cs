using System.Diagnostics;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Train.Records;
using PPYolo.Train.Runtime;

namespace PPYolo.Harness.RankEquality;

/// <summary>Records a run on ranks that are processes of the installed MPI: starts mpirun with this program's train command.</summary>
public static class MpiRecording
{
    /// <summary>Records.</summary>
    /// <param name="plan">The run; its batches must be generated ones of its seed, and its start weights go through a file.</param>
    /// <param name="folder">The record's folder, new.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    /// <exception cref="AlignException">mpirun is not installed, or a rank failed.</exception>
    public static RanksResult Run(RanksPlan plan, string folder, int threads)
    {
        using var temporary = new WorkFolder("ppyolo-mpi-");
        var work = temporary.Path;
        Prepare(plan, work);
        Start([
            .. Environment.UserName == "root" ? ["--allow-run-as-root"] : Array.Empty<string>(),
            "--quiet",
            "--oversubscribe",
            "--bind-to",
            "none",
            "-np",
            $"{plan.Ranks}",
            "dotnet",
            Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"),
            .. Arguments(plan, work, folder, threads),
        ]);
        return Read(folder);
    }

    /// <summary>Writes the files that <see cref="Arguments"/> names: the configuration and the start weights.</summary>
    public static void Prepare(RanksPlan plan, string work)
    {
        AtomicText.Write(Path.Combine(work, "config.json"), StrictJson.Text(plan.Run.Options));
        TensorFile.Write(Path.Combine(work, "start.npz"), plan.Run.Start);
    }

    /// <summary>The arguments of ppyolo on every rank.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="work">The folder of the prepared files, as the ranks see it.</param>
    /// <param name="folder">The record's folder, as the ranks see it.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    public static IReadOnlyList<string> Arguments(RanksPlan plan, string work, string folder, int threads) =>
        [
            "train",
            "--config",
            Path.Combine(work, "config.json"),
            "--init",
            Path.Combine(work, "start.npz"),
            "--data",
            $"generator:{plan.Run.Seed}",
            "--iterations",
            $"{plan.Run.Iterations}",
            "--record",
            folder,
            "--format",
            TensorFormat.NumpyArchive.Extension[1..],
            "--gradients",
            "--split",
            string.Join(',', plan.Counts),
            "--threads",
            $"{Math.Max(1, threads / plan.Ranks)}",
            "--device",
            plan.Run.Device?.ToString() ?? "cpu",
            .. CardSettings.Current is { AllowsTf32: true } ? ["--tf32"] : Array.Empty<string>(),
        ];

    /// <summary>Reads what the ranks recorded.</summary>
    public static RanksResult Read(string folder)
    {
        var record = RunRecord.Open(folder);
        return new(record.ReadEnd(), record.Read(RunRecord.GradientsName));
    }

    private static void Start(IReadOnlyList<string> arguments)
    {
        var info = new ProcessStartInfo("mpirun") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        using var process = new Process { StartInfo = info };
        IDisposable onInterrupt;
        try
        {
            onInterrupt = Interruption.On(() => process.Start(), () => process.Kill(entireProcessTree: true));
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new AlignException(
                "mpirun was not found: install Open MPI (Debian: apt-get install openmpi-bin), or leave --launch mpi away for ranks in "
                    + "threads",
                exception
            );
        }

        using (onInterrupt)
        {
            var errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new AlignException($"mpirun ended with exit code {process.ExitCode}: {errors.Result.Trim()}");
            }
        }
    }
}
