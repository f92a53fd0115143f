/** The process that holds one session for the accuracy pass. */
import { openModel } from '../open-model.js';
import { servePredictions } from './serve-predictions.js';

servePredictions(openModel);
