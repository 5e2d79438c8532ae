using PPYolo.Cli.Commands;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;

if (args is ["train" or "align" or "predict" or "eval", ..])
{
    // The commands that run networks.
    MemoryAllocator.Preload();
}

NativeEnvironment.Prepare();
if (MpiRanks.IsLaunched)
{
    // mpirun gives its ranks a terminal, and .NET would greet it with control characters.
    Environment.SetEnvironmentVariable("TERM", "dumb");
}

return CommandLine.Run(args);
