namespace PPYolo.Train.Inference.Export;

/// <summary>The operators that a deformable convolution is written with.</summary>
public enum DeformableForm
{
    /// <summary>DeformConv, which runtimes have that know opset 19.</summary>
    DeformConv,

    /// <summary>
    /// GridSample and a 1x1 convolution, for runtimes that know opset 16 but not DeformConv; slower, and rounds otherwise.
    /// </summary>
    GridSample,
}
