using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace PPYolo.Align.Golden;

/// <summary>What a card is and what computes on it, as far as bits may depend on it.</summary>
public static unsafe class CardDescription
{
    // cuda.h: CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and MINOR.
    private const int Major = 75,
        Minor = 76;

    // What libtorch is linked to is found through it, and no other copy that the machine may have. Windows looks up a library's own
    // functions alone, so that there the names of its libraries are tried too.
    private static readonly string[] Libraries = OperatingSystem.IsWindows()
        ? ["nvcuda", "torch_cuda", "cudart64_12", "cudart64_13", "cudnn64_9"]
        : ["libcuda.so.1", "torch_cuda", "libcudnn.so.9"];

    /// <summary>
    /// Name, compute capability, the CUDA that the driver is for, the CUDA runtime and cuDNN that libtorch brings, as far as they can be
    /// asked.
    /// </summary>
    /// <param name="index">The number of the card in this process, from 0 on.</param>
    public static string Of(int index) => Of(index, Function);

    /// <summary>The same with other functions.</summary>
    /// <param name="index">The number of the card.</param>
    /// <param name="function">The address of a function by its name; 0 where there is none.</param>
    internal static string Of(int index, Func<string, nint> function) =>
        string.Join(
            ", ",
            new[]
            {
                Card(index, function) ?? "a card that its driver does not describe",
                Version("driver for CUDA", function("cuDriverGetVersion")),
                Version("CUDA runtime", function("cudaRuntimeGetVersion")),
                // A number of its own kind, which cuDNN calls its version.
                function("cudnnGetVersion") is var cudnn and not 0
                    ? string.Create(CultureInfo.InvariantCulture, $"cuDNN {((delegate* unmanaged<nuint>)cudnn)()}")
                    : null,
            }.OfType<string>()
        );

    private static string? Card(int index, Func<string, nint> function)
    {
        nint initialize = function("cuInit"),
            get = function("cuDeviceGet"),
            name = function("cuDeviceGetName"),
            attribute = function("cuDeviceGetAttribute");
        if (initialize == 0 || get == 0 || name == 0 || attribute == 0)
        {
            return null;
        }

        const int length = 256;
        var text = stackalloc byte[length];
        int device,
            major,
            minor;
        return
            ((delegate* unmanaged<uint, int>)initialize)(0) == 0
            && ((delegate* unmanaged<int*, int, int>)get)(&device, index) == 0
            && ((delegate* unmanaged<byte*, int, int, int>)name)(text, length, device) == 0
            && ((delegate* unmanaged<int*, int, int, int>)attribute)(&major, Major, device) == 0
            && ((delegate* unmanaged<int*, int, int, int>)attribute)(&minor, Minor, device) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Marshal.PtrToStringUTF8((nint)text)}, compute capability {major}.{minor}")
            : null;
    }

    private static string? Version(string what, nint function)
    {
        int version;
        return function != 0 && ((delegate* unmanaged<int*, int>)function)(&version) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{what} {version / 1000}.{version % 1000 / 10}")
            : null;
    }

    private static nint Function(string name)
    {
        foreach (var library in Libraries)
        {
            if (
                NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out var loaded)
                && NativeLibrary.TryGetExport(loaded, name, out var function)
            )
            {
                return function;
            }
        }

        return 0;
    }
}
