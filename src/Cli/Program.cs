using PPYolo.Cli.Commands;
using PPYolo.Cli.Output;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;

StandardStreams.Prepare();
if (StandardStreams.TooFewFiles() is { } problem)
{
    Console.Error.WriteLine($"ppyolo: {problem}");
    return ExitCode.WrongUse;
}

if (args is ["train" or "align" or "predict" or "eval", ..])
{
    // The commands that run networks.
    MemoryAllocator.Preload();
}

NativeEnvironment.Prepare();
NativeLibraries.Prepare();
if (!MpiRanks.IsLaunched)
{
    Signals.Watch();
}
else
{
    MpiRanks.LastWords = Signals.LastWords;
    // mpirun gives its ranks a terminal, and .NET would greet it with control characters.
    Environment.SetEnvironmentVariable("TERM", "dumb");
}

return CommandLine.Run(args);
