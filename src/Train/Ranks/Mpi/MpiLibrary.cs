using System.Runtime.InteropServices;
using System.Text;
using PPYolo.Align;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// Finds the machine's own MPI library. Open MPI 4 and 5 share one binary interface; other libraries have another one and are refused.
/// </summary>
internal static unsafe class MpiLibrary
{
    private const string Advice =
        "install Open MPI 4 or 5 (on Debian and Ubuntu: apt-get install openmpi-bin), or use --ranks N for ranks in one process";

    // Open MPI's own name first: where two libraries are installed, libmpi.so may be either.
    private static readonly string[] Names =
    [
        "libmpi.so.40",
        "libmpi.so",
        "libmpi.so.12",
        "libmpich.so.12",
        "libmpi.40.dylib",
        "libmpi.dylib",
    ];

    /// <summary>Loads the library.</summary>
    /// <exception cref="AlignException">There is none, or it is not Open MPI.</exception>
    public static nint Load() => Load(Names);

    /// <summary>Loads the first Open MPI among these names.</summary>
    public static nint Load(IReadOnlyList<string> names)
    {
        string? other = null;
        foreach (var name in names)
        {
            if (!NativeLibrary.TryLoad(name, out var library))
            {
                continue;
            }

            if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _))
            {
                return library;
            }

            other ??= $"{name} is {Version(library)}, whose binary interface is not Open MPI's";
        }

        throw new AlignException($"MPI: {other ?? $"no library found (looked for {string.Join(", ", names)})"}; {Advice}");
    }

    private static string Version(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "MPI_Get_library_version", out var function))
        {
            return "no MPI library";
        }

        // MPICH's may take 8192 bytes.
        var text = stackalloc byte[16 * 1024];
        var length = 0;
        var failed = ((delegate* unmanaged<byte*, int*, int>)function)(text, &length) != 0;
        return failed || length <= 0
            ? "an unknown MPI library"
            : Encoding.UTF8.GetString(text, length).Split('\n')[0].Replace('\t', ' ').Trim();
    }
}
