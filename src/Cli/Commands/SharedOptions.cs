using System.CommandLine;
using PPYolo.Align;
using PPYolo.Data.Batches;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Cli.Commands;

/// <summary>Options that several commands take.</summary>
internal static class SharedOptions
{
    private static string ConfigDescription => $"A configuration: {string.Join(", ", TrainOptionsFile.Names)}, or a JSON file.";

    public static Option<int> Threads(bool overRanks = false) =>
        new("--threads")
        {
            Description = overRanks
                ? "Threads that libtorch computes on in this process, divided over its ranks. Results are equal bit by bit only for the "
                    + "same number in each rank."
                : "Threads that libtorch computes on. Results are equal bit by bit only for the same number.",
            HelpName = "N",
            DefaultValueFactory = _ => 2,
            Validators = { result => RequirePositive(result, "--threads") },
        };

    public static Option<int> Ranks(int standard = 1) =>
        new("--ranks")
        {
            Description = "Ranks that share each batch, in threads of this process; processes are started with mpirun instead.",
            HelpName = "N",
            DefaultValueFactory = _ => standard,
            Validators = { result => RequirePositive(result, "--ranks") },
        };

    public static Option<string?> Split() =>
        new("--split") { Description = "Images of each rank where they are not equal, such as 3,1.", HelpName = "N,N" };

    /// <summary>How many images each rank takes.</summary>
    public static IReadOnlyList<int> Counts(string? split, int batch, int ranks)
    {
        if (split is null)
        {
            return batch >= ranks
                ? SlicedBatches.Even(batch, ranks)
                : throw new AlignException($"{ranks} ranks: a batch of {batch} images has none for some of them; set a larger batch");
        }

        var counts = split.Split(',').Select(part => int.TryParse(part, out var count) && count > 0 ? count : -1).ToList();
        return counts.Sum() == batch && !counts.Contains(-1)
            ? counts
            : throw new AlignException(
                $"--split {split}: expected counts that add up to the batch of {batch} images, such as "
                    + $"{string.Join(',', SlicedBatches.Even(batch, ranks))}"
            );
    }

    public static Option<string> Device() =>
        new("--device")
        {
            Description = "cpu, or cuda where the program was built with -p:TorchBackend=cuda; cuda:K is one of several cards.",
            HelpName = "cpu|cuda|cuda:K",
            DefaultValueFactory = _ => "cpu",
        };

    public static Option<string> Config(string? standard) =>
        new("--config", "-f")
        {
            Description = ConfigDescription,
            HelpName = "NAME|FILE",
            Required = standard is null,
            DefaultValueFactory = standard is null ? null : _ => standard,
        };

    public static Option<string[]> Set() =>
        new("--set")
        {
            Description = "Overrides a setting of the configuration; may be repeated.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };

    public static Option<string> Init() =>
        new("--init")
        {
            Description =
                "Start weights: generated from a seed (with :calm so that rounding noise stays small over ten iterations, with :scratch "
                + "for training from nothing), or read from a file.",
            HelpName = "generator:SEED[:calm|:scratch]|FILE",
            DefaultValueFactory = _ => "generator:1",
        };

    public static Option<int> Iterations() =>
        new("--iterations")
        {
            Description = "Length of the run.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
            Validators = { result => RequirePositive(result, "--iterations") },
        };

    public static Option<string?> Json() =>
        new("--json")
        {
            Description = "Writes the whole report as JSON to a file; - is the console, instead of the text.",
            HelpName = "FILE",
        };

    public static Option<bool> Tf32() =>
        new("--tf32") { Description = "Lets a card round the operands of convolutions to TF32, which is quicker and 1e-3 off." };

    /// <summary>Sets libtorch up as the options say.</summary>
    /// <exception cref="AlignException">The device, or libtorch, is not there.</exception>
    public static torch.Device Prepare(int threads, string device, bool tf32 = false, int ranks = 1)
    {
        if (device == "cpu" && tf32)
        {
            throw new AlignException("--tf32 is for cards: name one with --device cuda, or leave it away");
        }

        if (device == "cpu")
        {
            NativeLibraries.RequireTorch();
        }

        // Before anything starts TorchSharp without its CUDA part.
        var prepared = device == "cpu" ? null : CardSettings.Prepare(device, tf32, Warn, ranks);
        torch.set_num_threads(threads);
        return prepared ?? torch.CPU;
    }

    /// <summary>Refuses numbers below 1.</summary>
    public static void RequirePositive(System.CommandLine.Parsing.OptionResult result, string name) => RequireAtLeast(1, result, name);

    /// <summary>Refuses numbers that are too small.</summary>
    public static void RequireAtLeast(int least, System.CommandLine.Parsing.OptionResult result, string name)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < least)
        {
            result.AddError($"{name} is {least} or more, found {value}");
        }
    }

    /// <summary>Refuses numbers that are too large.</summary>
    public static void RequireAtMost(int most, System.CommandLine.Parsing.OptionResult result, string name)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value > most)
        {
            result.AddError($"{name} is {most} at most, found {value}");
        }
    }

    private static void Warn(string message)
    {
        if (MpiLaunch.IsSpeaker)
        {
            Console.Error.WriteLine($"ppyolo: {message}");
        }
    }
}
