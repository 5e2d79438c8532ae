using System.Globalization;
using OpenCvSharp;
using PPYolo.Align;

namespace PPYolo.Data.Imaging;

/// <summary>
/// What is left to OpenCV, as in the reference: decoding and resizing; and, in <see cref="Drawing"/>, drawing. Its native library is loaded
/// at the first of them; runs on generated or recorded batches never load it.
/// </summary>
internal static class OpenCv
{
    internal static readonly string MostPixels = Datasets.ImageHeader.MostPixels.ToString(CultureInfo.InvariantCulture);

    private static readonly Lazy<string?> Failure = new(Load);

    /// <summary>Whether the native library can be used.</summary>
    /// <param name="reason">Why not, and what to install.</param>
    public static bool IsAvailable(out string? reason)
    {
        reason = Failure.Value;
        return reason is null;
    }

    /// <summary>Loads the native library.</summary>
    /// <exception cref="AlignException">It cannot be loaded.</exception>
    public static void Require()
    {
        if (!IsAvailable(out var reason))
        {
            throw new AlignException(reason!);
        }
    }

    /// <summary>Decodes an image to RGB.</summary>
    /// <param name="file">The content of the file.</param>
    /// <param name="turned">Whether an orientation that the file asks for is followed, as the reference does.</param>
    /// <param name="problem">Why it cannot be decoded, or null.</param>
    /// <exception cref="AlignException">The native library cannot be loaded.</exception>
    public static PixelImage? Decode(ReadOnlySpan<byte> file, bool turned, out string? problem)
    {
        Require();
        try
        {
            using var decoded = Cv2.ImDecode(file, turned ? ImreadModes.Color : ImreadModes.Color | ImreadModes.IgnoreOrientation);
            if (decoded.Empty())
            {
                problem = "expected an image that OpenCV can decode, found something else";
                return null;
            }

            var image = PixelImage.OfBytes(decoded.Width, decoded.Height);
            Over(image, target => Cv2.CvtColor(decoded, target, ColorConversionCodes.BGR2RGB));
            problem = null;
            return image;
        }
        catch (OpenCVException e)
        {
            problem = $"OpenCV cannot decode it: {e.Message}";
            return null;
        }
    }

    /// <summary>Resizes to a square, each axis by its own factor.</summary>
    /// <exception cref="AlignException">The native library cannot be loaded.</exception>
    public static PixelImage Resize(PixelImage image, int size, Interpolation interpolation)
    {
        Require();
        var resized = image.Like(size, size);
        Over(
            image,
            source =>
                Over(
                    resized,
                    target =>
                        Cv2.Resize(
                            source,
                            target,
                            default,
                            (double)size / image.Width,
                            (double)size / image.Height,
                            (InterpolationFlags)interpolation
                        )
                )
        );
        return resized;
    }

    /// <summary>Lets OpenCV work on the memory of an image; what it writes must have the image's size and kind.</summary>
    public static unsafe void Over(PixelImage image, Action<Mat> action)
    {
        if (image.IsFloat)
        {
            fixed (float* values = image.Floats)
            {
                Over(image, (nint)values, MatType.CV_32FC3, action);
            }
        }
        else
        {
            fixed (byte* values = image.Bytes)
            {
                Over(image, (nint)values, MatType.CV_8UC3, action);
            }
        }
    }

    private static void Over(PixelImage image, nint values, MatType type, Action<Mat> action)
    {
        using var mat = Mat.FromPixelData(image.Height, image.Width, type, values);
        action(mat);
        if (mat.Data != values)
        {
            throw new InvalidOperationException(
                $"OpenCV made {mat.Width}x{mat.Height} of {mat.Type()} where {image.Width}x{image.Height} of {type} was due"
            );
        }
    }

    private static string? Load()
    {
        try
        {
            OpenCvEnvironment.Prepare();
            // Images are worked on in parallel already; threads within each would only fight with the training step.
            Cv2.SetNumThreads(1);
            return null;
        }
        catch (Exception e)
            when (e
                    is TypeInitializationException
                        or DllNotFoundException
                        or BadImageFormatException
                        or EntryPointNotFoundException
                        or OpenCvSharpException
            )
        {
            return Explain(e);
        }
    }

    /// <summary>What to tell the user of a failure to load.</summary>
    internal static string Explain(Exception failure)
    {
        var cause =
            failure
                .GetBaseException()
                .Message.Split('\n')
                .Select(line => line.Trim())
                .FirstOrDefault(line => line.Contains(".so.", StringComparison.Ordinal))
            ?? failure.GetBaseException().Message.Split('\n')[0].Trim();
        return "OpenCV, which decodes and resizes images, cannot be loaded; on Debian and Ubuntu install what it needs with "
            + "'apt-get install -y --no-install-recommends libgtk-3-0'; the .NET tool comes without OpenCV and finds it in the folder "
            + $"PPYOLO_NATIVES (the system says: {cause})";
    }
}
