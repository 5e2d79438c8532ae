using System.Diagnostics;
using System.Globalization;

namespace PPYolo.Peers.Measuring;

/// <summary>The parent's side of a measurement: a process that does a round when it is asked to, and nothing in between.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Contestant contestant;
    private readonly Process process;

    public ChildProcess(Contestant contestant)
    {
        this.contestant = contestant;
        var start = new ProcessStartInfo(contestant.Program, contestant.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in contestant.Environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
    }

    /// <summary>Waits until it is warm.</summary>
    public void AwaitReady() => Answer("ready");

    /// <summary>Does a round.</summary>
    public RoundTime Round()
    {
        process.StandardInput.WriteLine("round");
        var answer = Answer("seconds");
        return RoundTime.Parse(answer[0], answer[1]);
    }

    /// <summary>Resident kilobytes before the first round, and their peak since.</summary>
    public (long Before, long Peak) Memory()
    {
        process.StandardInput.WriteLine("memory");
        var answer = Answer("memory");
        return (long.Parse(answer[0], CultureInfo.InvariantCulture), long.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        // The end of its input ends it.
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private string[] Answer(string expected)
    {
        // Libraries may print too; an answer begins with its word.
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == expected)
            {
                return words[1..];
            }
        }

        throw new ContestException($"{contestant.Name}: the process ended before it answered '{expected}'; its own message is above");
    }
}
