using System.Runtime.InteropServices;

namespace PPYolo.Data.Imaging;

/// <summary>
/// What OpenCV's native library reads when it is loaded. It brings Intel's IPP, whose cubic interpolation rounds otherwise than OpenCV's
/// own, and the reference's OpenCV has none: without it pixels are the reference's, bit by bit. A variable that the user has set is left
/// alone.
/// </summary>
internal static partial class OpenCvEnvironment
{
    private static readonly (string Name, string Value)[] Settings =
    [
        ("OPENCV_IPP", "disabled"),
        // Or the library warns of what was just asked for, and adds lines of its own to the message about an image.
        ("OPENCV_LOG_LEVEL", "FATAL"),
        // Of formats whose headers are not read here the library refuses as many pixels.
        ("OPENCV_IO_MAX_IMAGE_PIXELS", OpenCv.MostPixels),
    ];

    /// <summary>Sets what is not set yet; .NET's own SetEnvironmentVariable would not reach native code.</summary>
    public static void Prepare()
    {
        foreach (var (name, value) in OperatingSystem.IsLinux() ? Settings : [])
        {
            _ = SetEnvironment(name, value, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
