using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using PPYolo.Model.Boxes;

if (args.Length is not (2 or 3))
{
    Console.Error.WriteLine("usage: Deploy MODEL.onnx IMAGE [THRESHOLD]");
    return 2;
}

using var session = new InferenceSession(args[0]);
using var image = Cv2.ImRead(args[1]);
var threshold = args.Length > 2 ? float.Parse(args[2]) : 0.3f;
var side = session.InputMetadata["image"].Dimensions[3] is > 0 and var only ? only : 416;
using var resized = image.Resize(new(side, side), interpolation: InterpolationFlags.Cubic);
resized.GetArray(out Vec3b[] pixels);
double[] mean = [0.485, 0.456, 0.406];
double[] deviation = [0.229, 0.224, 0.225];
float Normalized(byte value, int channel) => (float)((float)((value / 255f) - mean[channel]) / deviation[channel]);
var planes = new float[3 * side * side];
for (var i = 0; i < planes.Length; i++)
    planes[i] = Normalized(pixels[i % pixels.Length][2 - (i / pixels.Length)], i / pixels.Length);
using var input = OrtValue.CreateTensorValueFromMemory(planes, [1, 3, side, side]);
using var size = OrtValue.CreateTensorValueFromMemory(new float[] { image.Height, image.Width }, [1, 2]);
using var outputs = session.Run(new RunOptions(), ["image", "im_size"], [input, size], ["boxes", "scores"]);
var names = session.ModelMetadata.CustomMetadataMap["names"].Split('\n');
float[] Values(int output) => outputs[output].GetTensorDataAsSpan<float>().ToArray();
var found = MatrixNms.Select(new(names.Length, Values(0), Values(1)), new());
foreach (var box in found.Where(box => box.Score >= threshold && box.Right > box.Left && box.Bottom > box.Top))
    Console.WriteLine($"{names[box.Label]} {box.Score:0.00} {box.Left:0} {box.Top:0} {box.Right:0} {box.Bottom:0}");
return 0;
