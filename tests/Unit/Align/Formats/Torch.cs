using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>
/// The PyTorch of a Python on this machine, where there is one. It is loaded once, which takes a second, and each program runs in a fork of
/// that process (torch_server.py).
/// </summary>
internal static class Torch
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly Lazy<Server?> Python = new(() => Candidates.Select(Server.Start).FirstOrDefault(server => server is not null));

    private static IEnumerable<string> Candidates =>
        new[] { Environment.GetEnvironmentVariable("PPYOLO_PYTHON"), "/usr/bin/python3", "python3" }
            .OfType<string>()
            .Where(name => name.Length > 0);

    public static bool IsThere => Python.Value is not null;

    /// <summary>
    /// Runs a program in a folder, skipping the test where there is no PyTorch, and fails with what the program complains of.
    /// </summary>
    public static void Run(string folder, string program)
    {
        Skip.IfNot(IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
        if (OperatingSystem.IsWindows())
        {
            // There are no forks.
            RunAlone(folder, program);
            return;
        }

        var (code, output) = Python.Value!.Run(folder, program);
        code.Should().Be(0, "{0}", output);
    }

    /// <summary>The same in a process of its own: a fork is something else to some programs.</summary>
    public static void RunAlone(string folder, string program)
    {
        Skip.IfNot(IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
        var start = new ProcessStartInfo(Python.Value!.Name, ["-c", program]) { WorkingDirectory = folder };
        var result = Task.Run(() => ChildProgram.Run(start)).GetAwaiter().GetResult();
        result.ExitCode.Should().Be(0, "{0}", result.Error);
    }

    private sealed class Server
    {
        private readonly Process process;
        private readonly ConcurrentDictionary<string, TaskCompletionSource<int>> running = [];
        private int requests;

        private Server(Process process) => this.process = process;

        /// <summary>The Python.</summary>
        public string Name => process.StartInfo.FileName;

        /// <summary>Starts one, which ends with this process; null where the Python, or its PyTorch, is not there.</summary>
        public static Server? Start(string python)
        {
            var program = Path.Combine(Fixtures.Root, "tests", "Unit", "Align", "Formats", "torch_server.py");
            var start = new ProcessStartInfo(python, ["-u", program])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            try
            {
                var server = new Server(Process.Start(start)!);
                string? line;
                while ((line = server.process.StandardOutput.ReadLine()) != "ready")
                {
                    if (line is null)
                    {
                        return null;
                    }
                }

                new Thread(server.Listen) { IsBackground = true, Name = "torch server" }.Start();
                return server;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        /// <summary>Its exit code, or minus its signal, and what it wrote.</summary>
        public (int Code, string Output) Run(string folder, string program)
        {
            using var files = new TemporaryFolder();
            var output = files.File("output");
            var name = $"{Interlocked.Increment(ref requests)}";
            var end = running[name] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (process)
            {
                process.StandardInput.WriteLine(JsonSerializer.Serialize<string[]>([name, folder, output, program]));
                process.StandardInput.Flush();
            }

            if (!end.Task.Wait(Limit))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException(
                    $"after {Limit.TotalMinutes} minutes this still ran in {folder}:\n{program}\n{File.ReadAllText(output)}"
                );
            }

            return (end.Task.Result, File.ReadAllText(output));
        }

        private void Listen()
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                var answer = line.Split(' ');
                running[answer[0]].SetResult(int.Parse(answer[1]));
            }

            foreach (var end in running.Values)
            {
                end.TrySetException(new InvalidOperationException("the Python that has PyTorch ended"));
            }
        }
    }
}
