using System.Diagnostics;
using System.Text;

namespace PPYolo.Tests.Shared;

/// <summary>Runs a program that must come to its end: one that hangs fails its test, and does not keep all tests waiting.</summary>
internal static class ChildProgram
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Runs a program to its end, or kills it with all it has started; of one that has ended, nobody knows what that was.
    /// </summary>
    /// <param name="start">The program; what it writes is read in any case, and its input is empty.</param>
    /// <param name="limit">What it may take; five minutes where none is said.</param>
    /// <param name="watch">Called with the process while it runs, every 10 ms.</param>
    /// <exception cref="TimeoutException">It did not end, or what it left behind holds its output.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It is not there.</exception>
    public static async Task<ProgramResult> Run(ProcessStartInfo start, TimeSpan? limit = null, Action<Process>? watch = null)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var clock = Stopwatch.StartNew();
        using var cancel = new CancellationTokenSource(limit ?? Usual);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        StringBuilder output = new(),
            error = new();
        var streams = Task.WhenAll(Copy(process.StandardOutput, output), Copy(process.StandardError, error));
        try
        {
            while (watch is not null && !process.HasExited)
            {
                watch(process);
                await Task.Delay(10, cancel.Token);
            }

            await process.WaitForExitAsync(cancel.Token);
            // A stream ends when nobody holds it: not the program's children either.
            await streams.WaitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            var state = process.HasExited ? "has ended, but something that it started holds its output" : "was still running";
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)}{start.Arguments} {state} after "
                    + $"{clock.Elapsed.TotalSeconds:F0} s; it wrote:\n{Text(output)}\n{Text(error)}"
            );
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ProgramResult(process.ExitCode, Text(output), Text(error), clock.Elapsed);
    }

    private static async Task Copy(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var count and > 0)
        {
            lock (text)
            {
                text.Append(buffer, 0, count);
            }
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
