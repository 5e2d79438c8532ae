using PPYolo.Data.Imaging;

namespace PPYolo.Tests.Unit.Data.Imaging;

public class OpenCvTests
{
    [Fact]
    public void A_missing_library_is_explained_in_one_sentence()
    {
        const string system =
            "Unable to load shared library 'OpenCvSharpExtern' or one of its dependencies.\nlibgtk-3.so.0: cannot open shared object "
            + "file: No such file or directory\n/x/y: no such file";

        var message = OpenCv.Explain(
            new TypeInitializationException("OpenCvSharp.Internal.NativeMethods", new DllNotFoundException(system))
        );

        message
            .Should()
            .Contain("apt-get install -y --no-install-recommends libgtk-3-0")
            .And.Contain("libgtk-3.so.0: cannot open shared object file")
            .And.NotContain("\n");
    }

    [SkippableFact]
    public void Images_of_floats_are_resized_as_floats()
    {
        NativePixels.OrSkip();
        using var image = PixelImage.OfFloats(2, 2);
        image.Floats.Fill(300.5f);

        using var resized = OpenCv.Resize(image, 32, Interpolation.Lanczos4);

        resized.Floats.ToArray().Should().OnlyContain(value => Math.Abs(value - 300.5f) < 0.01f);
    }
}
