using PPYolo.Cli.Output;
using PPYolo.Train.Epochs;
using PPYolo.Train.Ranks.Mpi;
using Spectre.Console;

namespace PPYolo.Cli.Progress;

/// <summary>What a training over epochs shows on the console.</summary>
internal static class TrainingConsole
{
    /// <summary>Runs something and shows its progress: a bar on a terminal, else lines.</summary>
    /// <param name="run">What runs, told of whoever shows.</param>
    /// <param name="interval">Iterations from line to line.</param>
    public static void Show(Action<IEpochObserver> run, int interval)
    {
        if (Console.IsOutputRedirected || MpiLaunch.Current is not null)
        {
            run(new PlainProgress(Console.Out, interval));
        }
        else
        {
            SafeConsole.Draw(() => BarProgress.During(AnsiConsole.Console, run));
        }
    }

    /// <summary>Writes a line, on the rank that speaks.</summary>
    public static void Say(string text)
    {
        if (MpiLaunch.IsSpeaker)
        {
            Console.Out.WriteLine(text);
        }
    }
}
