/** https://firebase.google.com/docs/reference/rules/rules.LatLng_ and the namespace latlng. */
import { fault } from '../errors.ts';
import { nameOfType } from '../operators.ts';
import { LatLng } from '../values.ts';
import { type BuiltIn, builtIn, numberOf } from './method.ts';

/** Mean radius of the Earth. */
const RADIUS_M = 6_371_010;

export const LATLNG_METHODS: readonly BuiltIn[] = [
  builtIn('latitude', 0, ({ latitude }: LatLng) => latitude),
  builtIn('longitude', 0, ({ longitude }: LatLng) => longitude),
  builtIn('distance', 1, (from: LatLng, to) =>
    to instanceof LatLng
      ? distance(from, to)
      : fault(`The argument must be a latlng, not a ${nameOfType(to)}`),
  ),
];

export const LATLNG_FUNCTIONS: readonly BuiltIn[] = [
  builtIn('value', 2, (latitude, longitude) => {
    const [lat, lng] = [
      Number(numberOf(latitude, 'The latitude')),
      Number(numberOf(longitude, 'The longitude')),
    ];
    if (!(Math.abs(lat) <= 90)) fault(`Latitude ${lat} is not within -90 and 90`);
    if (!(Math.abs(lng) <= 180)) fault(`Longitude ${lng} is not within -180 and 180`);
    return new LatLng(lat, lng);
  }),
];

/** Meters along the surface, by the haversine formula. */
function distance(from: LatLng, to: LatLng): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const half = (a: number, b: number): number => Math.sin(radians(b - a) / 2) ** 2;
  const a =
    half(from.latitude, to.latitude) +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * half(from.longitude, to.longitude);
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}
