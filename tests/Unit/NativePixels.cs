using PPYolo.Data.Imaging;

namespace PPYolo.Tests.Unit;

/// <summary>Skips tests that decode or resize where OpenCV's native library cannot be loaded.</summary>
internal static class NativePixels
{
    public static void OrSkip()
    {
        var available = OpenCv.IsAvailable(out var reason);
        Skip.IfNot(available, reason);
    }
}
