namespace PPYolo.Data.Imaging;

/// <summary>How pixels between pixels are computed; the numbers are OpenCV's.</summary>
public enum Interpolation
{
    /// <summary>The nearest pixel.</summary>
    Nearest = 0,

    /// <summary>Four neighbours.</summary>
    Linear = 1,

    /// <summary>Sixteen neighbours.</summary>
    Cubic = 2,

    /// <summary>The mean of the area a pixel covers.</summary>
    Area = 3,

    /// <summary>64 neighbours.</summary>
    Lanczos4 = 4,
}
