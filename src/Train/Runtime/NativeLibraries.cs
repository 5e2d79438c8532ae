using System.Runtime.InteropServices;
using System.Runtime.Loader;
using PPYolo.Align;
using TorchSharp;

namespace PPYolo.Train.Runtime;

/// <summary>
/// The native libraries, of which libtorch is the largest. The .NET tool comes without them: most commands need none, and those that do
/// take them from a folder that a variable names.
/// </summary>
public static class NativeLibraries
{
    /// <summary>The environment variable that names a folder with native libraries.</summary>
    public const string FolderVariable = "PPYOLO_NATIVES";

    /// <summary>How to get libtorch, in a line.</summary>
    public const string Advice =
        "libtorch, which trains and predicts, is not in the .NET tool: set "
        + FolderVariable
        + " to a folder that has it, such as "
        + "bin/Debug/net10.0/runtimes/linux-x64/native of a program that was built with the packages PPYolo.Align and "
        + "libtorch-cpu-linux-x64, or run the program from its repository";

    private static readonly string[] Torch = ["torch_cpu", "LibTorchSharp"];
    private static readonly Lock Loading = new();
    private static int threads;
    private static bool? loaded;

    /// <summary>Whether libtorch can be loaded; loads it, which takes a third of a second.</summary>
    public static bool HasTorch
    {
        get
        {
            lock (Loading)
            {
                if (loaded is null)
                {
                    loaded = Torch.All(IsThere);
                    if (loaded.Value && threads > 0)
                    {
                        torch.set_num_threads(threads);
                    }
                }

                return loaded.Value;
            }
        }
    }

    /// <summary>
    /// Whether there are files that libtorch would be loaded from, and nobody tried in vain to load it; loads nothing where there are.
    /// </summary>
    public static bool MayHaveTorch
    {
        get
        {
            var folders = Folders().Where(Directory.Exists).ToList();
            return (loaded is null && Torch.All(name => folders.Exists(folder => Files(folder, name).Any(File.Exists)))) || HasTorch;
        }
    }

    /// <summary>Has libtorch compute on so many threads, now or once it is loaded.</summary>
    /// <param name="count">Threads.</param>
    public static void UseThreads(int count)
    {
        lock (Loading)
        {
            threads = count;
            if (loaded == true)
            {
                torch.set_num_threads(count);
            }
        }
    }

    /// <summary>Takes libraries that are not beside the program from the folder that is named. Call it before torch.</summary>
    public static void Prepare()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Find(Path.GetFullPath(folder), name);
        }
    }

    /// <summary>Refuses to go on without libtorch, before TorchSharp fills a screen with where it looked.</summary>
    /// <exception cref="AlignException">It cannot be loaded.</exception>
    public static void RequireTorch()
    {
        if (!HasTorch)
        {
            throw new AlignException(Advice);
        }
    }

    /// <summary>Whether something failed because libtorch is not there.</summary>
    /// <param name="failure">What was thrown.</param>
    public static bool IsTorchMissing(Exception failure)
    {
        for (var exception = failure; exception is not null; exception = exception.InnerException)
        {
            if (exception is TypeInitializationException or DllNotFoundException or NotSupportedException)
            {
                return !HasTorch;
            }
        }

        return false;
    }

    private static bool IsThere(string name) => NativeLibrary.TryLoad(name, typeof(torch).Assembly, null, out _);

    private static nint Find(string folder, string name)
    {
        foreach (var file in Files(folder, name).Prepend(Path.Combine(folder, name)))
        {
            if (File.Exists(file) && NativeLibrary.TryLoad(file, out var library))
            {
                return library;
            }
        }

        return 0;
    }

    /// <summary>Where the runtime looks for native libraries, and then <see cref="Prepare"/>.</summary>
    private static IEnumerable<string> Folders() =>
        (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Concat(Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? [folder] : []);

    private static IEnumerable<string> Files(string folder, string name) =>
        new[] { $"lib{name}.so", $"lib{name}.dylib", $"{name}.dll" }.Select(file => Path.Combine(folder, file));
}
